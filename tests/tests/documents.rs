//! The documents are true: each link leads somewhere; the page about templates has every helper, every style of
//! dates and every mistake, and each of its examples gives what stands beside it. `UPDATE_REFERENCE=1` writes
//! what the examples give now.

use dsl::library::Library;
use dsl::project::Settings;
use dsl::template::Templates;
use dsl::template::helper::{ALL, DATE_STYLES};
use interpreter::render::Renderer;
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use tests::root;

const PAGES: [&str; 2] = ["docs/reference/templates.md", "docs/reference/templates.zh-CN.md"];

fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The customer, the order and the contract that the page tells of.
fn context(language: &str) -> Json {
    json!({
        "customer": {
            "name": "李娜", "gender": "female", "tier": "gold", "orders": 3, "birthday": "03-12", "tags": ["咖啡", "茶"],
            "company": { "name": "云杉科技" },
        },
        "contract": { "ends_on": "2026-05-31" },
        "entry": { "amount": 1234.5, "at": "2026-03-02T02:05:00Z" },
        "language": language,
        "zone": "Asia/Shanghai",
    })
}

/// The example of a row of the table, between its accents.
fn example(line: &str) -> Option<&str> {
    line.strip_prefix("| `{{").and_then(|rest| rest.split_once("` |")).map(|(source, _)| source)
}

/// The page with what its examples give.
fn as_rendered(text: &str) -> String {
    let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() };
    let renderer = Renderer::new(&Templates::default(), &Library::default(), &settings);
    text.lines().fold(String::new(), |mut now, line| {
        let Some(rest) = example(line) else { return now + line + "\n" };
        let source = format!("{{{{{rest}");
        let give = |language: &str| {
            renderer.text(&source, &context(language)).unwrap_or_else(|error| panic!("{source}: {error}"))
        };
        let _ = writeln!(now, "| `{source}` | {} | {} |", give("zh-CN"), give("en"));
        now
    })
}

#[test]
fn every_example_gives_what_stands_beside_it() {
    for path in PAGES {
        let text = page(path);
        let now = as_rendered(&text);
        if std::env::var_os("UPDATE_REFERENCE").is_some() {
            fs::write(root().join(path), &now).expect("the page can be written");
        }
        assert!(text.lines().filter_map(example).count() > 15, "{path} has its examples");
        for (was, is) in text.lines().zip(now.lines()) {
            assert_eq!(was, is, "{path}: UPDATE_REFERENCE=1 writes what the examples give");
        }
    }
}

#[test]
fn every_helper_every_style_and_every_mistake_is_on_the_page() {
    for path in PAGES {
        let text = page(path);
        let examples: Vec<&str> = text.lines().filter_map(example).collect();
        for helper in ALL {
            let name = helper.name();
            let called = |source: &&&str| {
                source.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
            };
            assert!(examples.iter().find(called).is_some(), "{path} has no example of `{name}`");
        }
        for style in DATE_STYLES {
            let quoted = format!("\"{style}\"");
            assert!(examples.iter().any(|source| source.contains(&quoted)), "{path} lacks {quoted}");
        }
        let codes = fs::read_dir(root().join("docs/errors")).expect("the pages of errors are there");
        for code in codes.flatten().map(|entry| entry.file_name().to_string_lossy().replace(".md", "")) {
            let ours = code.starts_with("E05") || code.starts_with("W052");
            assert!(!ours || text.contains(&code), "{path} does not name {code}");
        }
    }
}

/// The pages below a folder.
fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).expect("the folder is there").flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut pages: Vec<PathBuf> =
        ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"].iter().map(|page| root().join(page)).collect();
    below(&root().join("docs"), &mut pages);
    let mut lost = Vec::new();
    for page in pages {
        let text = fs::read_to_string(&page).expect("the page is there");
        let prose = text.split("```").step_by(2).flat_map(|prose| prose.split('`').step_by(2));
        let targets =
            prose.flat_map(|prose| prose.split("](").skip(1)).filter_map(|rest| rest.split_once(')'));
        for (target, _) in targets {
            let file = target.split('#').next().unwrap_or_default();
            let ours = !file.is_empty() && !file.contains(':') && !file.contains('…');
            if ours && !page.parent().expect("a page has a folder").join(file).exists() {
                lost.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
}
