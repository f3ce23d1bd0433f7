//! A private PostgreSQL for tests: a cluster in a temporary folder, reached by a socket in it, run by an
//! unprivileged user where we are root. It ends when the process that started it does, however that ends: a
//! shell keeps it, and that shell waits for the end of a pipe that only we hold.
//!
//! Its texts sort as a language does, not by their code points, so that a statement which relies on the order
//! must say so.

mod pair;

pub use pair::Pair;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How to get what a test needs, said where it is missing.
const INSTALL: &str = "the tests need PostgreSQL 15 or later: install it (Debian, Ubuntu: `apt-get install \
                       postgresql`; `scripts/test` does) or put its `bin` folder on the PATH";

/// Who owns every database of the cluster.
const OWNER: &str = "nurture";

/// Whether commits wait for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// They do, as on a real server: for what is said to survive a crash.
    Safe,
    /// They do not: for all else.
    Fast,
}

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    bin: PathBuf,
    made: AtomicUsize,
    /// Its end ends the shell, and with it the cluster.
    _hold: ChildStdin,
    _shell: Child,
}

/// The address of a new, empty database in a cluster that the tests of this process share.
pub fn database() -> String {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(|| Cluster::start(Disk::Fast)).database()
}

impl Cluster {
    /// Starts a cluster. Takes a second or two.
    pub fn start(disk: Disk) -> Self {
        let bin = bin();
        let folder = tempfile::Builder::new().prefix("nurture-pg-").tempdir().expect("a folder").keep();
        let user = user();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("a folder");
        if let Some((_, uid, gid)) = &user {
            chown(&folder, Some(*uid), Some(*gid)).expect("a folder of theirs");
        }
        let durable = if disk == Disk::Safe { "on" } else { "off" };
        let settings = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c fsync={durable} -c full_page_writes={durable} \
             -c synchronous_commit={durable} -c max_connections=200 -c shared_buffers=64MB -c log_min_messages=warning",
            folder.display()
        );
        let mut shell = as_user(&user, "sh")
            .arg("-c")
            .arg(SCRIPT)
            .arg("cluster")
            .args([bin.as_path(), folder.as_path()])
            .args([OWNER, &settings])
            .current_dir(&folder)
            .env("LC_ALL", "C.UTF-8")
            // What ends the tests by their group must leave the shell to end the cluster.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut words = String::new();
        let said = shell.stdout.take().expect("its words");
        BufReader::new(said).read_line(&mut words).expect("its words");
        if words.trim() != "ready" {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            panic!("no private PostgreSQL started: {words}{log}\n{INSTALL}");
        }
        let hold = shell.stdin.take().expect("its pipe");
        Self { folder, bin, made: AtomicUsize::new(0), _hold: hold, _shell: shell }
    }

    /// The address of a new, empty database.
    pub fn database(&self) -> String {
        let name = format!("t{}", self.made.fetch_add(1, Ordering::SeqCst));
        self.say("postgres", &format!("CREATE DATABASE {name}"));
        self.address(&name)
    }

    /// The address of a new database that is as `of` is now. Nobody may be connected to that one.
    pub fn copy(&self, of: &str) -> String {
        let name = format!("t{}", self.made.fetch_add(1, Ordering::SeqCst));
        let of = of.rsplit('/').next().and_then(|rest| rest.split('?').next()).expect("an address");
        self.say("postgres", &format!("CREATE DATABASE {name} TEMPLATE {of}"));
        self.address(&name)
    }

    /// Runs statements by `psql`; returns what they print, without headings.
    pub fn say(&self, database: &str, statements: &str) -> String {
        let out = Command::new(self.bin.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", OWNER, "-h"])
            .arg(&self.folder)
            .args(["-d", database, "-c", statements])
            .output()
            .expect("psql");
        said(&out, statements)
    }

    fn address(&self, name: &str) -> String {
        format!("postgres://{OWNER}@localhost/{name}?host={}", self.folder.display())
    }
}

fn said(out: &Output, what: &str) -> String {
    assert!(out.status.success(), "{what}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// $1 the folder of programs  $2 our folder  $3 the owner  $4 settings
const SCRIPT: &str = r#"
"$1/initdb" -D "$2/data" -U "$3" --auth=trust --encoding=UTF8 --locale=C.UTF-8 --locale-provider=icu \
  --icu-locale=en --no-sync >"$2/log" 2>&1 &&
"$1/pg_ctl" -s -w -t 600 -D "$2/data" -l "$2/log" -o "$4" start >>"$2/log" 2>&1 &&
echo ready && read -r end
"$1/pg_ctl" -s -w -m immediate -D "$2/data" stop >>"$2/log" 2>&1
rm -rf "$2"
"#;

/// The folder of PostgreSQL's programs: on the PATH, or where Debian puts them, the newest first.
fn bin() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let debian = Path::new("/usr/lib/postgresql");
    let mut versions: Vec<u32> = fs::read_dir(debian)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    versions.sort_unstable();
    folders.extend(versions.iter().rev().map(|version| debian.join(version.to_string()).join("bin")));
    let all = ["initdb", "pg_ctl", "postgres", "psql"];
    folders
        .into_iter()
        .find(|folder| all.iter().all(|program| folder.join(program).exists()))
        .unwrap_or_else(|| panic!("{INSTALL}"))
}

/// Whom the cluster runs as where we are root, which PostgreSQL refuses: `None`: we are not root.
fn user() -> Option<(&'static str, u32, u32)> {
    let root = fs::metadata("/proc/self").expect("this process").uid() == 0;
    if !root {
        return None;
    }
    let known = fs::read_to_string("/etc/passwd").expect("the users");
    let found = ["postgres", "nobody"].into_iter().find_map(|name| {
        let line = known.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((name, fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    Some(found.expect("as root the tests run PostgreSQL as `postgres` or `nobody`"))
}

fn as_user(user: &Option<(&'static str, u32, u32)>, program: &str) -> Command {
    let Some((_, uid, gid)) = user else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.args([format!("--reuid={uid}"), format!("--regid={gid}"), "--clear-groups".to_owned()]);
    command.args(["--", program]);
    command
}
