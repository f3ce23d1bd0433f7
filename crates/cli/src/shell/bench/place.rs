//! Where a measurement runs: a database made for it, of the kind and at the place that the settings name.

use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::shell::open::of_store;
use std::path::{Path, PathBuf};
use store::Store;

/// A database that is there for one measurement. What is in the configured one is never touched.
pub struct Place {
    /// Its address.
    pub url: String,
    /// Its file, on SQLite.
    pub file: Option<PathBuf>,
    /// The folder that goes with it.
    pub folder: Folder,
}

/// A folder that goes when this does.
pub struct Folder(PathBuf);

impl Folder {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be taken away is the person's to see and to remove.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Place {
    /// Makes it: beside the configured file of SQLite, on the same disk, or on the configured server.
    pub async fn make(config: &Config) -> Result<Self, Failure> {
        let url = config.database_url();
        let file = crate::shell::open::database_file(config);
        let beside = match &file {
            Some(file) => file.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf),
            None => std::env::temp_dir(),
        };
        let folder = beside.join(format!("nurture-bench-{}", std::process::id()));
        std::fs::create_dir(&folder).map_err(|error| {
            let (path, why) = (folder.display().to_string(), error.to_string());
            let values = [("path", path.as_str()), ("why", why.as_str())];
            Failure::say(Exit::Configuration, config.language.value, "cli-unwritable", &values)
        })?;
        let folder = Folder(folder);
        if file.is_some() {
            let file = folder.path().join("bench.db");
            return Ok(Self { url: format!("sqlite://{}", file.display()), file: Some(file), folder });
        }
        let mark = format!("{}_{}", std::process::id(), jiff::Timestamp::now().as_millisecond());
        let url = Store::scratch(&url, &mark).await.map_err(|error| of_store(config, &error))?;
        Ok(Self { url, file: None, folder })
    }

    /// Which database it is, as the figures name it.
    pub fn name(&self) -> &'static str {
        if self.file.is_some() { "sqlite" } else { "postgres" }
    }

    /// Takes it away.
    pub async fn remove(self, config: &Config) -> Result<(), Failure> {
        if self.file.is_some() {
            return Ok(());
        }
        Store::drop_scratch(&config.database_url(), &self.url).await.map_err(|error| of_store(config, &error))
    }
}
