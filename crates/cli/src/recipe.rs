//! Recipes: workflows in the binary, each with its templates and with what it needs of a model. What adding
//! one does to a project is worked out here, on texts; the command writes it.

mod chinese;
mod english;
mod list;
pub mod merge;

pub use list::ALL;

use dsl::project::File;
use merge::{Merged, id_of, kind_of, merge, names_of};
use model::words::Language;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A recipe of the binary.
#[derive(Debug)]
pub struct Recipe {
    /// What one calls it: `cart`.
    pub name: &'static str,
    /// Recipes that it does not work without.
    pub needs: &'static [&'static str],
    /// Path below the recipe and text.
    pub files: &'static [(&'static str, &'static str)],
}

/// What every project has, for one that lacks it, in Chinese.
const CHINESE_BASE: [(&str, &str); 3] = [
    ("senders.yaml", include_str!("init/zh/senders.yaml")),
    ("topics.yaml", include_str!("init/zh/topics.yaml")),
    ("calendar.yaml", include_str!("init/zh/calendar.yaml")),
];
/// The same in English.
const ENGLISH_BASE: [(&str, &str); 3] = [
    ("senders.yaml", include_str!("init/en/senders.yaml")),
    ("topics.yaml", include_str!("init/en/topics.yaml")),
    ("calendar.yaml", include_str!("init/en/calendar.yaml")),
];

/// Files that declare by name; what one of them lacks can be put in.
const LIBRARIES: [&str; 9] =
    ["model", "topics", "teams", "policies", "channels", "senders", "forms", "segments", "tables"];

/// The recipe of a name; blanks, `-` and `_` are the same.
pub fn find(name: &str) -> Option<&'static Recipe> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    ALL.iter().find(|recipe| plain(recipe.name) == plain(name))
}

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    New,
    /// It took up what it lacked.
    Filled(Vec<String>),
    /// It is there, the same.
    Same,
    /// It is there with other words, and stays as it is.
    Kept,
    /// It cannot be read, and stays as it is.
    Broken,
}

/// What adding a recipe does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The project's files as they would be.
    pub files: Vec<File>,
    /// What becomes of each, by its path.
    pub changes: Vec<(String, Change)>,
    /// Workflows and scores whose name another file has: id, and that file's path.
    pub taken: Vec<(String, String)>,
}

impl Plan {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.changes.iter().all(|(_, change)| match change {
            Change::Same | Change::Kept | Change::Broken => true,
            Change::New | Change::Filled(_) => false,
        })
    }

    /// The files to be written.
    pub fn written(&self) -> impl Iterator<Item = &File> {
        let is_written = |path: &str| {
            self.changes.iter().any(|(changed, change)| {
                changed == path
                    && match change {
                        Change::New | Change::Filled(_) => true,
                        Change::Same | Change::Kept | Change::Broken => false,
                    }
            })
        };
        self.files.iter().filter(move |file| is_written(&file.path))
    }

    fn note(&mut self, path: &str, change: Change) {
        let known = self.changes.iter_mut().find(|(changed, _)| changed == path);
        match (known, change) {
            (Some((_, Change::Filled(before))), Change::Filled(more)) => before.extend(more),
            // What is new may take up more, and stays new.
            (Some((_, Change::New)), _) => {}
            (Some((_, before)), change @ Change::Filled(_)) => *before = change,
            (Some(_), _) => {}
            (None, change) => self.changes.push((path.to_owned(), change)),
        }
    }

    fn put(&mut self, path: String, text: &str) {
        let known = self.files.iter().find(|file| file.path == path).map(|file| file.text == text);
        match known {
            Some(true) => self.note(&path, Change::Same),
            Some(false) => self.note(&path, Change::Kept),
            None => {
                self.note(&path, Change::New);
                self.files.push(File { path, text: text.to_owned() });
            }
        }
    }

    /// A library file: into the project's own one of that kind, else as it is.
    fn take_up(&mut self, kind: &str, path: String, text: &str) {
        let is_of_kind =
            |file: &File| file.path.ends_with(".yaml") && kind_of(&file.text).as_deref() == Some(kind);
        let Some(at) = self.files.iter().position(is_of_kind) else { return self.put(path, text) };
        let elsewhere: BTreeSet<String> = self
            .files
            .iter()
            .skip(at + 1)
            .filter(|file| is_of_kind(file))
            .flat_map(|file| names_of(&file.text))
            .collect();
        let Some(own) = self.files.get_mut(at) else { return };
        let path = own.path.clone();
        let change = match merge(&own.text, text, &elsewhere) {
            None => Change::Broken,
            Some(Merged { added, .. }) if added.is_empty() => Change::Same,
            Some(Merged { text, added }) => {
                own.text = text;
                Change::Filled(added)
            }
        };
        self.note(&path, change);
    }
}

/// A file of a recipe in the reader's language. A mail has a file for each language.
fn spoken(recipe: &Recipe, path: &str, text: &'static str, language: Language) -> Cow<'static, str> {
    if !path.ends_with(".yaml") {
        return Cow::Borrowed(text);
    }
    Cow::Owned(match language {
        Language::En => english::english(&english::expecting(text, &english::subjects(recipe.files))),
        Language::Zh => chinese::chinese(text),
    })
}

/// Adds a recipe, and before it those that it needs, to a project's files.
pub fn add(project: &[File], recipe: &Recipe, language: Language) -> Plan {
    let mut plan = Plan { files: project.to_vec(), ..Plan::default() };
    let needs = recipe.needs.iter().filter_map(|name| find(name));
    for recipe in needs.chain(std::iter::once(recipe)) {
        let has = |plan: &Plan, kind: &str| {
            plan.files.iter().any(|file| kind_of(&file.text).as_deref() == Some(kind))
        };
        let worked = recipe.files.iter().any(|(_, text)| text.contains("work"));
        let base = match language {
            Language::En => ENGLISH_BASE,
            Language::Zh => CHINESE_BASE,
        };
        for (path, text) in base {
            let kind = kind_of(text).unwrap_or_default();
            if !has(&plan, &kind) && (kind != "calendar" || worked) {
                plan.put(format!("workflows/{path}"), text);
            }
        }
        for (path, text) in recipe.files {
            let text = &*spoken(recipe, path, text, language);
            let place = format!("workflows/{path}");
            match kind_of(text).filter(|_| path.ends_with(".yaml")) {
                Some(kind) if LIBRARIES.contains(&kind.as_str()) => plan.take_up(&kind, place, text),
                Some(kind) => {
                    let id = id_of(text).unwrap_or_default();
                    let same = |file: &&File| {
                        file.path != place
                            && kind_of(&file.text).as_deref() == Some(&kind)
                            && id_of(&file.text).as_deref() == Some(&id)
                    };
                    match plan.files.iter().find(same).map(|file| file.path.clone()) {
                        Some(other) => plan.taken.push((id, other)),
                        None => plan.put(place, text),
                    }
                }
                None => plan.put(place, text),
            }
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use dsl::project::Settings;
    use std::path::Path;

    /// The files of a project as `nurture init` makes it.
    fn new_project(language: Language) -> Vec<File> {
        crate::commands::init::written(language)
    }

    fn load(files: &[File], language: Language) -> dsl::project::Loaded {
        dsl::load(files, &Settings { zone: "Asia/Shanghai".to_owned(), language: language.tag().to_owned() })
    }

    /// The tests that fail in a project.
    fn failing(files: &[File], language: Language) -> Vec<String> {
        let loaded = load(files, language);
        let project = &loaded.project;
        let renderer =
            interpreter::render::Renderer::new(&project.templates, &project.library, &project.settings);
        let mut failing = Vec::new();
        for workflow in project.workflows.values() {
            for test in &workflow.tests {
                let verdict = interpreter::trial::run(project, &renderer, workflow, test);
                if !verdict.problems.is_empty() {
                    failing.push(format!("{} / {}: {:?}", workflow.id, verdict.name, verdict.problems));
                }
            }
        }
        for scenario in project.scenarios.values() {
            for test in &scenario.tests {
                let verdict = interpreter::trial::run_scenario(project, &renderer, scenario, test);
                if !verdict.problems.is_empty() {
                    failing.push(format!("{} / {}: {:?}", scenario.name, verdict.name, verdict.problems));
                }
            }
        }
        failing
    }

    #[test]
    fn each_recipe_goes_into_a_new_project_without_a_mistake_and_its_tests_pass() {
        for (recipe, language) in
            ALL.iter().flat_map(|recipe| Language::ALL.map(|language| (recipe, language)))
        {
            let plan = add(&new_project(language), recipe, language);
            assert_eq!(plan.taken, [], "{}", recipe.name);
            let loaded = load(&plan.files, language);
            let said = dsl::diagnostic::human(
                &loaded.report,
                &loaded.sources,
                Language::En,
                dsl::diagnostic::Colour::Never,
            );
            assert!(loaded.report.is_empty(), "{}:\n{said}", recipe.name);
            assert_eq!(failing(&plan.files, language), Vec::<String>::new(), "{}", recipe.name);
            let again = add(&plan.files, recipe, language);
            assert!(again.is_empty() && again.taken.is_empty(), "{}: {:?}", recipe.name, again.changes);
            assert_eq!(again.files, plan.files, "{}", recipe.name);
        }
    }

    #[test]
    fn in_english_no_chinese_word_is_left_but_in_tests() {
        for recipe in ALL {
            for (path, text) in recipe.files.iter().filter(|(path, _)| path.ends_with(".yaml")) {
                let text = spoken(recipe, path, text, Language::En);
                let (read, _) = text.split_once("\ntests:").unwrap_or((&text, ""));
                let is_chinese = |letter: char| ('\u{3400}'..='\u{9fff}').contains(&letter);
                assert!(!read.contains(is_chinese), "{}/{path}:\n{read}", recipe.name);
            }
        }
    }

    #[test]
    fn all_of_them_go_into_one_project() {
        let mut files = new_project(Language::Zh);
        for recipe in ALL {
            let plan = add(&files, recipe, Language::Zh);
            assert_eq!(plan.taken, [], "{}", recipe.name);
            assert!(!plan.is_empty(), "{} brings something", recipe.name);
            files = plan.files;
        }
        let loaded = load(&files, Language::Zh);
        let said = dsl::diagnostic::human(
            &loaded.report,
            &loaded.sources,
            Language::En,
            dsl::diagnostic::Colour::Never,
        );
        assert!(!loaded.report.has_errors(), "{said}");
    }

    #[test]
    fn what_is_there_with_other_words_stays_and_a_taken_name_is_said() {
        let cart = find("CART").expect("there is one");
        let mut files = new_project(Language::Zh);
        let own = "# mine\nworkflow: abandoned_cart\ntrigger: manual\nsteps:\n  - tag: a\n";
        files.push(File { path: "workflows/abandoned_cart.yaml".to_owned(), text: own.to_owned() });
        let plan = add(&files, cart, Language::Zh);
        assert!(plan.changes.contains(&("workflows/abandoned_cart.yaml".to_owned(), Change::Kept)));
        assert!(plan.files.iter().any(|file| file.text == own));
        files.retain(|file| file.text != own);
        files.push(File { path: "workflows/mine.yaml".to_owned(), text: own.to_owned() });
        let taken = add(&files, cart, Language::Zh).taken;
        assert_eq!(taken, [("abandoned_cart".to_owned(), "workflows/mine.yaml".to_owned())]);
    }

    #[test]
    fn what_was_added_is_named() {
        let plan = add(&new_project(Language::Zh), find("cart").expect("there is one"), Language::Zh);
        let (_, change) =
            plan.changes.iter().find(|(path, _)| path == "workflows/model.yaml").expect("the model");
        assert_eq!(
            *change,
            Change::Filled(vec![
                "events.order.paid.goods".to_owned(),
                "events.cart.updated".to_owned(),
                "events.coupon.used".to_owned(),
            ])
        );
    }

    #[test]
    fn the_list_is_the_folder() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows/recipes");
        fn gather(root: &Path, dir: &Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(dir).expect("the folder is there").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    gather(root, &path, found);
                } else {
                    found.push(path.strip_prefix(root).expect("below").to_string_lossy().replace('\\', "/"));
                }
            }
        }
        let mut found = Vec::new();
        gather(&root, &root, &mut found);
        found.sort();
        let mut listed: Vec<String> = ALL
            .iter()
            .flat_map(|recipe| recipe.files.iter().map(move |(path, _)| format!("{}/{path}", recipe.name)))
            .collect();
        listed.sort();
        assert_eq!(listed, found);
    }
}
