//! The files of a project: found, read, checked; and the paths that a person limits a command to.

use crate::config::Config;
use crate::exit::{Exit, Failure};
use dsl::project::{File, Loaded};
use dsl::template::{MOST_PICTURE, picture_text};
use model::words::Language;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The folder's name in the paths of [`File`], whatever the setting `workflows` calls it.
pub const FOLDER: &str = "workflows";
/// Where the pictures of mails are, below the project's folder.
const ASSETS: &str = "assets";
/// Beside the workflows: sample data, and recipes, each of which is a project of its own until it is added.
const NOT_OURS: [&str; 2] = ["samples", "recipes"];

/// Reads the project's files: `workflows/**/*.yaml`, `templates/**/*.hbs` and the layout's styles, in the
/// order of their paths. Errors (exit 3): there is no such folder, or a file cannot be read.
pub fn read_project(config: &Config) -> Result<Vec<File>, Failure> {
    let root = config.project.join(&config.workflows.value);
    let language = config.language.value;
    if !root.is_dir() {
        let path = root.display().to_string();
        return Err(Failure::say(Exit::Configuration, language, "cli-no-workflows", &[("path", &path)]));
    }
    let mut found = BTreeMap::new();
    gather(&root, FOLDER, is_ours, language, &mut found)?;
    let files = found.into_iter().map(|(path, place)| Ok(File { path, text: read(&place, language)? }));
    let mut files: Vec<File> = files.collect::<Result<_, Failure>>()?;
    let pictures = pictures(config, &files)?;
    files.extend(pictures);
    Ok(files)
}

/// The pictures of `assets/` that some file names: they are published with it.
fn pictures(config: &Config, files: &[File]) -> Result<Vec<File>, Failure> {
    let folder = config.project.join(ASSETS);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let language = config.language.value;
    let mut found = BTreeMap::new();
    gather(&folder, ASSETS, |_| true, language, &mut found)?;
    found.retain(|path, _| files.iter().any(|file| file.text.contains(path.as_str())));
    let one = |(path, place): (String, PathBuf)| {
        let most = u64::try_from(MOST_PICTURE).unwrap_or(u64::MAX) + 1;
        let mut bytes = Vec::new();
        std::fs::File::open(&place)
            .and_then(|file| file.take(most).read_to_end(&mut bytes))
            .map_err(|error| unreadable(&place, &error.to_string(), language))?;
        Ok(File { path, text: picture_text(&bytes) })
    };
    found.into_iter().map(one).collect()
}

/// Checks the whole project.
pub fn load(config: &Config) -> Result<Loaded, Failure> {
    Ok(dsl::load(&read_project(config)?, &config.settings()))
}

/// Checks the whole project, and files that were named and lie outside of it as well.
pub fn load_with(config: &Config, selection: &Selection) -> Result<Loaded, Failure> {
    Ok(dsl::load(&read_with(config, selection)?, &config.settings()))
}

/// Reads the whole project, and files that were named and lie outside of it as well.
pub fn read_with(config: &Config, selection: &Selection) -> Result<Vec<File>, Failure> {
    let mut files = read_project(config)?;
    for (path, place) in &selection.outside {
        files.push(File { path: path.clone(), text: read(place, config.language.value)? });
    }
    Ok(files)
}

/// Writes a file back to where it was read. It is written beside and then put in place, so that nobody ever
/// finds half of it; its permissions stay. Errors (exit 3): it cannot be written.
pub fn write(config: &Config, selection: &Selection, file: &File) -> Result<(), Failure> {
    let language = config.language.value;
    let place = selection.place(config, &file.path);
    // A link stays a link: what it leads to is written.
    let place = place.canonicalize().unwrap_or(place);
    let wrong = |error: std::io::Error| {
        let path = place.display().to_string();
        let values = [("path", path.as_str()), ("why", &error.to_string())];
        Failure::say(Exit::Configuration, language, "cli-unwritable", &values)
    };
    let mut beside = place.clone().into_os_string();
    beside.push(".mended");
    let beside = PathBuf::from(beside);
    std::fs::write(&beside, &file.text).map_err(wrong)?;
    let put = std::fs::metadata(&place)
        .and_then(|kept| std::fs::set_permissions(&beside, kept.permissions()))
        .and_then(|()| std::fs::rename(&beside, &place));
    put.map_err(|error| {
        // What was written beside is of no use to anybody.
        let _ = std::fs::remove_file(&beside);
        wrong(error)
    })
}

/// Writes a file of the project, new or not; its folders are made. Errors (exit 3): it cannot be written.
pub fn put(config: &Config, file: &File) -> Result<(), Failure> {
    let everything = Selection::default();
    let place = everything.place(config, &file.path);
    if place.exists() {
        return write(config, &everything, file);
    }
    let folder = place.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&place, &file.text)).map_err(|error| {
        let path = place.display().to_string();
        let values = [("path", path.as_str()), ("why", &error.to_string())];
        Failure::say(Exit::Configuration, config.language.value, "cli-unwritable", &values)
    })
}

fn read(place: &Path, language: Language) -> Result<String, Failure> {
    let bytes = std::fs::read(place).map_err(|error| unreadable(place, &error.to_string(), language))?;
    String::from_utf8(bytes).map_err(|_| {
        let path = place.display().to_string();
        Failure::say(Exit::Configuration, language, "cli-not-utf8", &[("path", &path)])
    })
}

fn unreadable(place: &Path, why: &str, language: Language) -> Failure {
    let path = place.display().to_string();
    Failure::say(Exit::Configuration, language, "cli-unreadable", &[("path", &path), ("why", why)])
}

/// Gathers the files below a folder by the path they have in the project. Links to folders are not followed:
/// they may lead in a circle.
fn gather(
    dir: &Path,
    prefix: &str,
    is_ours: fn(&str) -> bool,
    language: Language,
    found: &mut BTreeMap<String, PathBuf>,
) -> Result<(), Failure> {
    let wrong = |error: std::io::Error| unreadable(dir, &error.to_string(), language);
    for entry in std::fs::read_dir(dir).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(wrong)?;
        let path = format!("{prefix}/{name}");
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                gather(&entry.path(), &path, is_ours, language, found)?;
            }
        } else if is_ours(&path) {
            found.insert(path, entry.path());
        }
    }
    Ok(())
}

fn is_ours(path: &str) -> bool {
    let template = path.contains("/templates/");
    (path.ends_with(".yaml") && !template) || path.ends_with(".hbs") || path.ends_with("/layout.styles.toml")
}

/// The files that a command is about. Made from paths as a person types them.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Paths as in [`File`]: of a file, or of a folder with all below it. Empty: everything.
    chosen: Vec<String>,
    /// Files outside the project's folder: the path shown, and where they are.
    outside: Vec<(String, PathBuf)>,
}

impl Selection {
    /// The paths given, relative to `here`, to the project, or absolute. Errors (exit 3): there is no such
    /// path.
    pub fn of(config: &Config, here: &Path, paths: &[PathBuf]) -> Result<Self, Failure> {
        let language = config.language.value;
        let root = config.project.join(&config.workflows.value);
        let root = root.canonicalize().unwrap_or(root);
        let mut selection = Self::default();
        for path in paths {
            let candidates = [here.join(path), config.project.join(path)];
            let Some(place) = candidates.iter().find_map(|place| place.canonicalize().ok()) else {
                let path = path.display().to_string();
                return Err(Failure::say(Exit::Configuration, language, "cli-no-path", &[("path", &path)]));
            };
            if let Ok(below) = place.strip_prefix(&root) {
                selection.chosen.push(joined(FOLDER, below));
            } else if root.starts_with(&place) {
                selection.chosen.push(FOLDER.to_owned());
            } else {
                let shown = joined("", path).trim_start_matches("./").to_owned();
                if place.is_dir() {
                    let mut found = BTreeMap::new();
                    gather(&place, shown.trim_end_matches('/'), is_ours, language, &mut found)?;
                    selection.outside.extend(found);
                } else {
                    selection.outside.push((shown.clone(), place));
                }
                selection.chosen.push(shown.trim_end_matches('/').to_owned());
            }
        }
        Ok(selection)
    }

    /// Where a file lies that was read under this path.
    fn place(&self, config: &Config, path: &str) -> PathBuf {
        let outside = self.outside.iter().find(|(outside, _)| outside == path);
        outside.map_or_else(|| place(config, path), |(_, place)| place.clone())
    }

    /// Whether a file is meant.
    pub fn has(&self, path: &str) -> bool {
        self.chosen.is_empty()
            || self.chosen.iter().any(|chosen| {
                path == chosen || path.strip_prefix(chosen.as_str()).is_some_and(|rest| rest.starts_with('/'))
            })
    }
}

/// Where a file of the project lies that was read under this path.
pub fn place(config: &Config, path: &str) -> PathBuf {
    let inside = path.strip_prefix(FOLDER).unwrap_or(path).trim_start_matches('/');
    config.project.join(&config.workflows.value).join(inside)
}

/// A path with `/`, below a prefix.
fn joined(prefix: &str, path: &Path) -> String {
    let parts = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> =
        std::iter::once(prefix.to_owned()).filter(|prefix| !prefix.is_empty()).chain(parts).collect();
    parts.join("/").replace("//", "/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Given};

    fn project() -> (tempfile::TempDir, Config) {
        let dir = tempfile::tempdir().unwrap();
        for path in [
            "workflows/b.yaml",
            "workflows/a/deep.yaml",
            "workflows/samples/x.map.yaml",
            "workflows/templates/birthday/card.en.md.hbs",
            "workflows/templates/layout.styles.toml",
            "workflows/.hidden/c.yaml",
            "workflows/notes.txt",
            "elsewhere/d.yaml",
        ] {
            let place = dir.path().join(path);
            std::fs::create_dir_all(place.parent().unwrap()).unwrap();
            std::fs::write(place, path).unwrap();
        }
        let given = Given { project: Some(dir.path().to_path_buf()), ..Given::default() };
        let config = Config::read(&given, dir.path()).unwrap();
        (dir, config)
    }

    #[test]
    fn files_come_in_the_order_of_their_paths_without_samples() {
        let (_dir, config) = project();
        let paths: Vec<String> = read_project(&config).unwrap().into_iter().map(|file| file.path).collect();
        assert_eq!(
            paths,
            [
                "workflows/a/deep.yaml",
                "workflows/b.yaml",
                "workflows/templates/birthday/card.en.md.hbs",
                "workflows/templates/layout.styles.toml",
            ]
        );
    }

    #[test]
    fn pictures_that_a_file_names_belong_to_the_project() {
        let (dir, config) = project();
        std::fs::create_dir_all(dir.path().join("assets/spring")).unwrap();
        for path in ["assets/logo.png", "assets/spring/tea.jpg", "assets/raw.psd"] {
            std::fs::write(dir.path().join(path), [0x89, 0x50]).unwrap();
        }
        std::fs::write(
            dir.path().join("workflows/b.yaml"),
            "logo: assets/logo.png\n# assets/spring/tea.jpg\n",
        )
        .unwrap();
        let files = read_project(&config).unwrap();
        let pictures: Vec<_> = files.iter().filter(|file| file.path.starts_with("assets/")).collect();
        let found: Vec<_> = pictures.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
        assert_eq!(found, [("assets/logo.png", "iVA="), ("assets/spring/tea.jpg", "iVA=")]);
    }

    #[test]
    fn a_file_that_is_no_utf8_is_refused_with_its_path() {
        let (dir, config) = project();
        std::fs::write(dir.path().join("workflows/b.yaml"), [0xC9, 0xFA, 0xC8]).unwrap();
        let failure = read_project(&config).unwrap_err();
        assert_eq!(failure.exit, Exit::Configuration);
        assert!(failure.message.contains("b.yaml"), "{}", failure.message);
    }

    #[test]
    fn paths_limit_what_is_meant() {
        let (dir, config) = project();
        let of = |path: &str| Selection::of(&config, dir.path(), &[PathBuf::from(path)]);
        assert!(of("workflows/b.yaml").unwrap().has("workflows/b.yaml"));
        assert!(!of("workflows/b.yaml").unwrap().has("workflows/a/deep.yaml"));
        assert!(of("workflows/a").unwrap().has("workflows/a/deep.yaml"));
        assert!(of(".").unwrap().has("workflows/b.yaml"));
        assert!(!of("elsewhere/d.yaml").unwrap().has("workflows/b.yaml"));
        assert_eq!(of("elsewhere").unwrap().outside.len(), 1);
        assert_eq!(of("workflows/none.yaml").unwrap_err().exit, Exit::Configuration);
        assert!(Selection::default().has("anything"));
    }
}
