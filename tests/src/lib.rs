//! Helpers that the tests share.

pub mod binary;
pub mod desk;
pub mod dice;
pub mod driven;
pub mod hook;
pub mod purchases;
pub mod real;
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
/// without samples.
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
            if name != "samples" {
                gather(root, &path, files);
            }
        } else if name.ends_with(".yaml") || name.ends_with(".hbs") || name == "layout.styles.toml" {
            let text = std::fs::read_to_string(&path).expect("the file is text");
            let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push(dsl::project::File { path, text });
        }
    }
}
