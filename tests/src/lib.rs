//! Helpers that the tests share.

pub mod binary;
pub mod both;
pub mod browser;
pub mod desk;
pub mod dice;
pub mod doctored;
pub mod driven;
pub mod guide;
pub mod hook;
pub mod house;
pub mod http;
pub mod lived;
pub mod open;
pub mod proof;
pub mod proxy;
pub mod purchases;
pub mod real;
pub mod served;
pub mod session;
pub mod shop;
pub mod sink;

use std::path::PathBuf;

/// The root of the workspace.
pub fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or(here.clone(), std::path::Path::to_path_buf)
}

/// The files of a project below `folder` of `root`, as the command line reads them: YAML and templates,
/// without samples and recipes.
pub fn project_files(root: &std::path::Path, folder: &str) -> Vec<dsl::project::File> {
    let mut files = Vec::new();
    gather(root, &root.join(folder), &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn gather(root: &std::path::Path, folder: &std::path::Path, files: &mut Vec<dsl::project::File>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "samples" && name != "recipes" {
                gather(root, &path, files);
            }
        } else if name.ends_with(".yaml") || name.ends_with(".hbs") || name == "layout.styles.toml" {
            let text = std::fs::read_to_string(&path).expect("the file is text");
            let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push(dsl::project::File { path, text });
        }
    }
}

/// The names of the recipes that ship.
pub fn recipes() -> Vec<String> {
    let all = std::fs::read_dir(root().join("workflows/recipes")).expect("the recipes are there").flatten();
    let mut names: Vec<String> = all.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The project of recipes: their files over what every project has (senders, topics, the calendar, the layout).
pub fn recipe_files(names: &[&str]) -> Vec<dsl::project::File> {
    let mut files = std::collections::BTreeMap::new();
    let base = ["senders.yaml", "topics.yaml", "calendar.yaml", "templates/layout.html.hbs"];
    for name in base.iter().chain(&["templates/layout.styles.toml"]) {
        let text = std::fs::read_to_string(root().join("workflows").join(name)).expect("the file ships");
        files.insert(format!("workflows/{name}"), text);
    }
    for name in names {
        let folder = format!("workflows/recipes/{name}");
        for file in project_files(&root(), &folder) {
            let inside = file.path.replacen(&folder, "workflows", 1);
            // What a recipe declares stands beside what every project has; one model is enough for several.
            let path = match files.get(&inside) {
                Some(text) if *text == file.text || inside.ends_with("/model.yaml") => continue,
                Some(_) => inside.replacen("workflows/", &format!("workflows/{name}_"), 1),
                None => inside,
            };
            files.insert(path, file.text);
        }
    }
    files.into_iter().map(|(path, text)| dsl::project::File { path, text }).collect()
}

/// The project of a folder of `tests/scenarios`: the recipes that its `recipes.txt` names, and its own files.
pub fn scenario_files(name: &str) -> Vec<dsl::project::File> {
    let folder = format!("tests/scenarios/{name}");
    let named = std::fs::read_to_string(root().join(&folder).join("recipes.txt")).expect("it names recipes");
    let mut files = recipe_files(&named.lines().collect::<Vec<_>>());
    for file in project_files(&root(), &folder) {
        let path = file.path.replacen(&folder, "workflows", 1);
        files.retain(|other| other.path != path);
        files.push(dsl::project::File { path, text: file.text });
    }
    files
}
