//! Backups: a file of SQLite with a manifest beside it, from either database and for either. What is restored comes
//! up held: what became due since the backup may have left already.

use crate::error::EngineError;
use crate::publish::mark;
use crate::virtual_run::LIVED;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use store::copy::{self, Progress, Tally};
use store::hold::{self, Hold, Why};
use store::{Connection, Options, Pool, Store, audit, meta, send, session};

/// The ending of the file beside a backup.
const MANIFEST: &str = "manifest.json";

/// What a backup holds, written beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of this description: 1.
    pub format: u32,
    /// The instant of the backup: everything that was committed before it is in it.
    pub at: Timestamp,
    /// The program that made it.
    pub nurture: String,
    /// The newest migration that it holds.
    pub migration: i64,
    /// Of which database: `sqlite` or `postgres`.
    pub of: String,
    /// Bytes of the backup.
    pub bytes: u64,
    /// The SHA-256 of the backup, in hexadecimal.
    pub sha256: String,
    /// The number of the last act of the audit; 0: none.
    pub audit: i64,
    /// What its tables hold.
    pub tables: Vec<Tally>,
}

/// Why a backup cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The manifest cannot be read.
    #[error("{}: {why}", path.display())]
    Manifest {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The backup is not what its manifest says.
    #[error("{}: {what}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// In what.
        what: String,
    },
    /// Something is there already where it should go.
    #[error("{what}")]
    InTheWay {
        /// What.
        what: String,
    },
    /// The database.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<store::StoreError> for BackupError {
    fn from(error: store::StoreError) -> Self {
        Self::Engine(error.into())
    }
}

fn file(path: &Path) -> impl Fn(io::Error) -> BackupError + '_ {
    |source| BackupError::File { path: path.to_path_buf(), source }
}

/// The path with more behind it: `shop.db` and `-wal`.
fn beside(path: &Path, more: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(more);
    PathBuf::from(name)
}

/// Where the manifest of a backup lies.
pub fn manifest_of(path: &Path) -> PathBuf {
    beside(path, &[".", MANIFEST].concat())
}

/// Writes a backup to a new file while the database is worked on, looks whether it can be read again, and writes
/// what it holds beside it. `now`: by the clock of this machine.
///
/// Errors: [`BackupError::InTheWay`] where the file is there already.
pub async fn back_up(
    store: &Store,
    to: &Path,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<Manifest, BackupError> {
    let manifest = manifest_of(to);
    for path in [to, &manifest] {
        if path.exists() {
            let what = format!("{} is there already: name another file", path.display());
            return Err(BackupError::InTheWay { what });
        }
    }
    let partial = beside(to, ".partial");
    remove(&partial)?;
    let postgres = matches!(store.pool(), Pool::Postgres(_));
    let at;
    if postgres {
        let mut from = store.view().await?;
        at = store::server::clock(&mut from).await?.unwrap_or(now).min(now);
        let made = Store::open(&partial.to_string_lossy(), Options::default()).await?;
        let mut transaction = made.begin().await?;
        copy::copy(&mut from, &mut transaction, progress).await?;
        store::commit(transaction).await?;
        made.close().await;
    } else {
        at = now;
        let mut conn = store.read().await?;
        store::vacuum_into(&mut conn, &partial.to_string_lossy()).await?;
    }
    private(&partial)?;
    let read = Store::open(&partial.to_string_lossy(), Options::as_it_is()).await?;
    let mut conn = read.read().await?;
    if let Some(what) = store::doctor::damage(&mut conn).await? {
        return Err(BackupError::Damaged { path: partial, what });
    }
    let tables = copy::tally(&mut conn, progress).await?;
    let audit = audit::recent(&mut conn, None, 1).await?.first().map_or(0, |act| act.number);
    let migration = store::found_migration(&mut conn).await?;
    drop(conn);
    read.close().await;
    let (bytes, sha256) = hash(&partial)?;
    let made = Manifest {
        format: 1,
        at,
        nurture: env!("CARGO_PKG_VERSION").to_owned(),
        migration,
        of: if postgres { "postgres" } else { "sqlite" }.to_owned(),
        bytes,
        sha256,
        audit,
        tables,
    };
    let mut text = serde_json::to_vec_pretty(&made)
        .map_err(|error| BackupError::Manifest { path: manifest.clone(), why: error.to_string() })?;
    text.push(b'\n');
    fs::write(&manifest, text).map_err(file(&manifest))?;
    sync(&manifest)?;
    sync(&partial)?;
    fs::rename(&partial, to).map_err(file(to))?;
    Ok(made)
}

/// Whether a backup is what its manifest says: its bytes, its pages, and each of its tables.
pub async fn verify(path: &Path, progress: Progress<'_>) -> Result<Manifest, BackupError> {
    let manifest = whole(path)?;
    let damaged = |what: String| BackupError::Damaged { path: path.to_path_buf(), what };
    let store = Store::open(&path.to_string_lossy(), Options::as_it_is()).await?;
    let mut conn = store.read().await?;
    if let Some(what) = store::doctor::damage(&mut conn).await? {
        return Err(damaged(what));
    }
    let found = copy::tally(&mut conn, progress).await?;
    let other = manifest.tables.iter().find(|table| !found.contains(table));
    if let Some(table) = other {
        return Err(damaged(format!("the table `{}` does not hold what the manifest says", table.table)));
    }
    drop(conn);
    store.close().await;
    Ok(manifest)
}

/// The manifest of a backup whose bytes are what it says.
fn whole(path: &Path) -> Result<Manifest, BackupError> {
    let beside = manifest_of(path);
    let text = fs::read_to_string(&beside).map_err(file(&beside))?;
    let manifest: Manifest = serde_json::from_str(&text)
        .map_err(|error| BackupError::Manifest { path: beside.clone(), why: error.to_string() })?;
    if manifest.format != 1 {
        let why = format!("format {} is of a newer nurture", manifest.format);
        return Err(BackupError::Manifest { path: beside, why });
    }
    let (bytes, sha256) = hash(path)?;
    if bytes != manifest.bytes || sha256 != manifest.sha256 {
        let what = format!("its {bytes} bytes are not those of the manifest");
        return Err(BackupError::Damaged { path: path.to_path_buf(), what });
    }
    Ok(manifest)
}

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The backup.
    pub manifest: Manifest,
    /// Messages that may have left since the backup: they are unknown now, and `sends --unknown` lists them.
    pub unknown: u64,
    /// Where the former database lies; `None`: there was none.
    pub aside: Option<PathBuf>,
}

/// Restores a backup into a file of SQLite. A former database is set aside where `replace` says so.
///
/// Errors: [`BackupError::InTheWay`] where there is one and it is not to be replaced, or a process works it.
pub async fn restore_file(
    backup: &Path,
    to: &Path,
    replace: bool,
    now: Timestamp,
) -> Result<Restored, BackupError> {
    let manifest = known(backup)?;
    let there = to.exists();
    if there && !replace {
        let what = format!("{} is there already: `--replace` sets it aside", to.display());
        return Err(BackupError::InTheWay { what });
    }
    let _alone = crate::lock::alone(to).ok_or_else(|| BackupError::InTheWay {
        what: format!("a process works on {}: end it first", to.display()),
    })?;
    let made = beside(to, ".restoring");
    for ending in ["", "-wal", "-shm"] {
        remove(&beside(&made, ending))?;
    }
    fs::copy(backup, &made).map_err(file(&made))?;
    private(&made)?;
    let store = Store::open(&made.to_string_lossy(), Options::default()).await?;
    let mut transaction = store.begin().await?;
    let unknown = come_up_held(&mut transaction, &manifest, now).await?;
    store::commit(transaction).await?;
    store.close().await;
    sync(&made)?;
    let mut aside = None;
    if there {
        let name = beside(to, &format!(".before-{}", now.strftime("%Y%m%dT%H%M%SZ")));
        for ending in ["", "-wal", "-shm"] {
            let from = beside(to, ending);
            if from.exists() {
                let place = beside(&name, ending);
                fs::rename(&from, &place).map_err(file(&place))?;
            }
        }
        aside = Some(name);
    }
    fs::rename(&made, to).map_err(file(to))?;
    Ok(Restored { manifest, unknown, aside })
}

/// Restores a backup into an empty database of PostgreSQL, all of it or nothing.
///
/// Errors: [`BackupError::InTheWay`] where it is not empty.
pub async fn restore_into(
    backup: &Path,
    to: &Store,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<Restored, BackupError> {
    let manifest = known(backup)?;
    // A backup of an older program is brought up to date beside, not in its place.
    let folder = tempfile::tempdir().map_err(file(backup))?;
    let path = folder.path().join("backup.db");
    fs::copy(backup, &path).map_err(file(&path))?;
    let from = Store::open(&path.to_string_lossy(), Options::default()).await?;
    let mut view = from.view().await?;
    let mut transaction = to.begin().await?;
    let now = store::server::clock(&mut transaction).await?.unwrap_or(now).max(now);
    must_be_empty(&mut transaction).await?;
    let read = copy::copy(&mut view, &mut transaction, progress).await?;
    arrived(&read, &mut transaction, progress).await?;
    let unknown = come_up_held(&mut transaction, &manifest, now).await?;
    store::commit(transaction).await?;
    Ok(Restored { manifest, unknown, aside: None })
}

/// Whether each table holds here what was read there.
pub(crate) async fn arrived(
    read: &[Tally],
    there: &mut Connection,
    progress: Progress<'_>,
) -> Result<(), BackupError> {
    let found = copy::tally(there, progress).await?;
    match read.iter().find(|table| !found.contains(table)) {
        Some(table) => Err(BackupError::Damaged {
            path: PathBuf::from(&table.table),
            what: format!("{} rows were copied, and the sums differ", table.rows),
        }),
        None => Ok(()),
    }
}

pub(crate) async fn must_be_empty(conn: &mut Connection) -> Result<(), BackupError> {
    match copy::first_filled(conn).await? {
        Some(table) => Err(BackupError::InTheWay {
            what: format!("that database is not empty: its table `{table}` has rows; name an empty one"),
        }),
        None => Ok(()),
    }
}

fn known(backup: &Path) -> Result<Manifest, BackupError> {
    let manifest = whole(backup)?;
    if manifest.migration > store::known_migration() {
        let error = store::StoreError::Newer { found: manifest.migration, known: store::known_migration() };
        return Err(error.into());
    }
    Ok(manifest)
}

/// A restored database stands at the instant of its backup, and moves on when somebody lets it: then it lives
/// through the time since without a message that would go twice (see [`crate::operate::resume_all`]).
async fn come_up_held(
    conn: &mut Connection,
    manifest: &Manifest,
    now: Timestamp,
) -> Result<u64, EngineError> {
    let lived = meta::get_instant(conn, LIVED).await?;
    let (from, to) = match lived {
        // It lived on a virtual clock, on which no time has passed.
        Some(lived) => (lived, lived),
        None => (whole_ms(manifest.at), whole_ms(now.max(manifest.at))),
    };
    let hold = Hold { since: now, who: "restore".to_owned(), why: Why::Restored { from, to } };
    hold::begin(conn, &hold).await?;
    // Whoever was signed in then may have been removed since.
    session::end_all(conn).await?;
    // What was on its way at the backup has no worker any more.
    let lost = send::recover(conn, to, i64::MAX).await?;
    let presumed = send::presume(conn, to, to).await?;
    meta::set_instant(conn, LIVED, from).await?;
    audit::record(conn, "nurture", "restore", &manifest.sha256, now).await?;
    mark(conn).await?;
    Ok(lost.unknown + presumed)
}

/// An instant as the database stores it.
fn whole_ms(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// The bytes of a file and their SHA-256.
fn hash(path: &Path) -> Result<(u64, String), BackupError> {
    let mut reader = File::open(path).map_err(file(path))?;
    let (mut hash, mut bytes, mut part) = (Sha256::new(), 0_u64, vec![0_u8; 1 << 20]);
    loop {
        let read = reader.read(&mut part).map_err(file(path))?;
        if read == 0 {
            break;
        }
        hash.update(part.get(..read).unwrap_or_default());
        bytes += u64::try_from(read).unwrap_or(0);
    }
    let text = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((bytes, text))
}

/// A backup holds what the database holds: only its owner reads it.
fn private(path: &Path) -> Result<(), BackupError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(file(path))?;
    }
    Ok(())
}

fn sync(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|opened| opened.sync_all()).map_err(file(path))
}

fn remove(path: &Path) -> Result<(), BackupError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file(path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What was moved, and how sure it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What the tables hold, on both sides.
    pub tables: Vec<Tally>,
}

/// Moves everything into an empty database: all of it or nothing. Nobody may work the old one, which is held
/// from then on, so that nothing goes out of both. `address`: of the new one, without a password.
///
/// Errors: [`BackupError::InTheWay`] where the new one is not empty; [`BackupError::Damaged`] where the sums of a
/// table differ, and then nothing has moved.
pub async fn move_to(
    from: &Store,
    to: &Store,
    address: &str,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<Moved, BackupError> {
    // It is held first: should this end in between, neither sends, and `resume --anyway` frees the old one.
    let mut here = from.begin_even_moved().await?;
    // Whatever was on its way when its process ended is settled before, on both sides alike.
    send::recover(&mut here, now, i64::MAX).await?;
    let was = hold::get(&mut here).await?;
    let why = Why::Moved { to: address.to_owned() };
    hold::begin(&mut here, &Hold { since: now, who: "move".to_owned(), why }).await?;
    audit::record(&mut here, "nurture", "move", address, now).await?;
    mark(&mut here).await?;
    store::commit(here).await?;
    let moved = carry_over(from, to, &was, progress).await;
    if moved.is_err() {
        let mut here = from.begin_even_moved().await?;
        put_hold(&mut here, &was).await?;
        mark(&mut here).await?;
        store::commit(here).await?;
    }
    moved
}

async fn carry_over(
    from: &Store,
    to: &Store,
    was: &Option<Hold>,
    progress: Progress<'_>,
) -> Result<Moved, BackupError> {
    let mut view = from.view().await?;
    let mut there = to.begin().await?;
    must_be_empty(&mut there).await?;
    let tables = copy::copy(&mut view, &mut there, progress).await?;
    drop(view);
    arrived(&tables, &mut there, progress).await?;
    put_hold(&mut there, was).await?;
    mark(&mut there).await?;
    store::commit(there).await?;
    Ok(Moved { tables })
}

/// As it was before the move, but for an earlier move away.
async fn put_hold(conn: &mut Connection, was: &Option<Hold>) -> Result<(), EngineError> {
    match was {
        Some(Hold { why: Why::Moved { .. }, .. }) | None => hold::end(conn).await?,
        Some(hold) => hold::begin(conn, hold).await?,
    }
    Ok(())
}
