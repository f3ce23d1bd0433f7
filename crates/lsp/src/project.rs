//! The project as the editor has it: files of the disk, the open ones over them, and what came of the last
//! check.

use crate::position;
use dsl::diagnostic::Diagnostic;
use dsl::grammar::names::Names;
use dsl::project::{File, Loaded, Settings};
use dsl::source::FileId;
use model::words::Language;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where the project lives.
#[derive(Clone, Debug)]
pub struct Home {
    /// The folder of workflows, absolute.
    pub root: PathBuf,
    /// What that folder is called in the paths of files: `workflows`.
    pub prefix: String,
    /// Zone and language.
    pub settings: Settings,
    /// The language of words.
    pub language: Language,
}

/// The project and its state.
pub struct Project {
    home: Home,
    root: String,
    disk: BTreeMap<String, String>,
    open: BTreeMap<String, String>,
    checked: Option<Checked>,
}

/// What came of a check.
pub struct Checked {
    /// Files, understanding, diagnostics.
    pub loaded: Loaded,
    /// The names of the project.
    pub names: Names,
}

impl Project {
    /// A project with the files of its disk.
    pub fn new(home: Home, files: Vec<File>) -> Self {
        let root = home.root.to_string_lossy().replace('\\', "/");
        let mut project = Self {
            root: root.trim_start_matches("//?/").trim_end_matches('/').to_owned(),
            home,
            disk: BTreeMap::new(),
            open: BTreeMap::new(),
            checked: None,
        };
        project.reread(files);
        project
    }

    /// The language of words.
    pub fn language(&self) -> Language {
        self.home.language
    }

    /// Takes the files of the disk anew.
    pub fn reread(&mut self, files: Vec<File>) {
        self.disk = files.into_iter().map(|file| (file.path, file.text)).collect();
        self.checked = None;
    }

    /// The path in the project of an address; `None`: it is no file of the language in this project.
    pub fn path(&self, uri: &str) -> Option<String> {
        let path = position::path_of(uri)?;
        let below = path.strip_prefix(&self.root)?.strip_prefix('/')?;
        let path = format!("{}/{below}", self.home.prefix);
        let hidden =
            below.split('/').any(|part| part.starts_with('.') || part == "samples" || part == "recipes");
        let template = path.contains("/templates/");
        let ours = (path.ends_with(".yaml") && !template)
            || path.ends_with(".hbs")
            || path.ends_with("/layout.styles.toml");
        (ours && !hidden).then_some(path)
    }

    /// The address of a path in the project.
    pub fn uri(&self, path: &str) -> String {
        let below = path.strip_prefix(&self.home.prefix).unwrap_or(path).trim_start_matches('/');
        position::uri_of(&format!("{}/{below}", self.root))
    }

    /// The editor's text of a file; `None`: the editor has closed it, the disk's counts again.
    pub fn put(&mut self, path: String, text: Option<String>) {
        match text {
            Some(text) => self.open.insert(path, text),
            None => self.open.remove(&path),
        };
        self.checked = None;
    }

    /// Whether something changed since the last check.
    pub fn is_stale(&self) -> bool {
        self.checked.is_none()
    }

    /// The text of a file as the editor has it.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.open.get(path).or_else(|| self.disk.get(path)).map(String::as_str)
    }

    /// The last check, or a new one where something changed.
    pub fn checked(&mut self) -> &Checked {
        let checked = match self.checked.take() {
            Some(checked) => checked,
            None => self.check(),
        };
        self.checked.insert(checked)
    }

    fn check(&self) -> Checked {
        let mut all = self.disk.clone();
        all.extend(self.open.iter().map(|(path, text)| (path.clone(), text.clone())));
        let files: Vec<File> = all.into_iter().map(|(path, text)| File { path, text }).collect();
        let loaded = dsl::load(&files, &self.home.settings);
        let names = Names::of(&loaded.sources, &loaded.project.library);
        Checked { loaded, names }
    }
}

impl Checked {
    /// The file of a path.
    pub fn file(&self, path: &str) -> Option<FileId> {
        self.loaded.sources.find(path)
    }

    /// What is wrong in a file, in the order of the file.
    pub fn found(&self, file: FileId) -> Vec<&Diagnostic> {
        let all = self.loaded.report.sorted(&self.loaded.sources);
        all.into_iter().filter(|found| found.span.file == file).collect()
    }
}
