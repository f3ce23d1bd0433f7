//! Mails that came back, as a mail server puts them into a folder (maildir): what lies in `new` is taken in, and moved
//! to `cur` once that is kept. Whoever is ended in between takes it in once more, and it counts once.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::metrics;
use jiff::Timestamp;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How often the folder is looked at.
const EVERY: Duration = Duration::from_secs(5);
/// Mails of one look: the next comes at once where there are more.
const AT_ONCE: usize = 200;
/// Bytes of a mail that are read: more of it is not looked at anyway.
const MOST: u64 = 1024 * 1024;
/// Where those are put aside, beside `new` and `cur`, that cannot be read.
const BROKEN: &str = "broken";

/// What one look found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// Mails that were taken in.
    pub taken: usize,
    /// Files that were put aside.
    pub broken: usize,
}

/// A file of `new`.
enum Found {
    /// A mail, and when it came.
    Mail(Vec<u8>, Option<Timestamp>),
    /// Something that is no mail, or that cannot be read.
    Broken(String),
    /// Somebody else has taken it meanwhile.
    Gone,
}

/// Looks again and again until it is ended.
pub(crate) async fn watch(
    engine: Arc<Engine>,
    folder: PathBuf,
    mut ended: tokio::sync::watch::Receiver<bool>,
) {
    let mut said = String::new();
    loop {
        let more = match engine.gather_returned(&folder).await {
            Ok(gathered) => {
                said.clear();
                gathered.taken + gathered.broken >= AT_ONCE
            }
            Err(error) => {
                // Once, and not each time, until it is another one.
                let words = error.to_string();
                if words != said {
                    tracing::error!(%error, "the folder of mails that came back cannot be looked through");
                    said = words;
                }
                false
            }
        };
        if more && !engine.is_stopping() {
            continue;
        }
        tokio::select! {
            _ = ended.changed() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

impl Engine {
    /// Takes in what lies in the folder's `new`, the earlier by name first. Errors: the folder cannot be read, or the
    /// database cannot keep it now: what is left stays for the next look.
    pub async fn gather_returned(&self, folder: &Path) -> Result<Gathered, EngineError> {
        let mut gathered = Gathered::default();
        let names = aside(folder, list).await?;
        for name in names.into_iter().take(AT_ONCE) {
            if self.is_stopping() {
                break;
            }
            let path = folder.join("new").join(&name);
            match aside(&path, |path| Ok(read(path))).await? {
                Found::Mail(mail, at) => match self.returned_at(&mail, at).await {
                    Ok(_) => {
                        move_to(&path, &folder.join("cur"), &format!("{}:2,S", plain(&name))).await?;
                        gathered.taken += 1;
                    }
                    Err(error) if error.retry() => return Err(error),
                    Err(error) => {
                        self.put_aside(folder, &path, &name, error.without_values()).await?;
                        gathered.broken += 1;
                    }
                },
                Found::Broken(why) => {
                    self.put_aside(folder, &path, &name, why).await?;
                    gathered.broken += 1;
                }
                Found::Gone => {}
            }
        }
        Ok(gathered)
    }

    async fn put_aside(
        &self,
        folder: &Path,
        path: &Path,
        name: &str,
        why: String,
    ) -> Result<(), EngineError> {
        metrics::count("returned", &[("what", "broken")], 1);
        tracing::error!(file = name, why, "a mail that came back cannot be read; it is put aside");
        move_to(path, &folder.join(BROKEN), name).await
    }
}

/// Without the flags that a mail reader may have given it.
fn plain(name: &str) -> &str {
    name.split_once(":2,").map_or(name, |(name, _)| name)
}

/// The names in `new`, sorted: they begin with the time.
fn list(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.join("new"))? {
        // A name that is no text is nothing that a mail server wrote.
        if let Ok(name) = entry?.file_name().into_string()
            && !name.starts_with('.')
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn read(path: &Path) -> Found {
    let found = || {
        // Not where a link leads: only what lies here.
        let about = fs::symlink_metadata(path)?;
        if !about.is_file() {
            return Ok(Found::Broken("it is no file".to_owned()));
        }
        let at = about.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
        let mut mail = Vec::new();
        fs::File::open(path)?.take(MOST).read_to_end(&mut mail)?;
        Ok::<_, io::Error>(Found::Mail(mail, at))
    };
    match found() {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Found::Gone,
        Err(error) => Found::Broken(error.to_string()),
    }
}

async fn move_to(path: &Path, folder: &Path, name: &str) -> Result<(), EngineError> {
    let (folder, to) = (folder.to_path_buf(), folder.join(name));
    aside(path, move |path| {
        fs::create_dir_all(&folder)?;
        match fs::rename(path, &to) {
            // Somebody else has moved it meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    })
    .await
}

/// Speaks with the disk beside the others' work.
async fn aside<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T, EngineError> {
    let path = path.to_path_buf();
    let shown = path.display().to_string();
    let done = tokio::task::spawn_blocking(move || work(&path)).await;
    let done = done.map_err(|error| EngineError::Panic(format!("read {shown}: {error}")))?;
    done.map_err(|source| EngineError::Folder { path: shown, source })
}
