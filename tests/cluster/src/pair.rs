//! A primary and its synchronous standby, of which the primary can be killed and the standby promoted. Both end
//! with the process that started them, as a single cluster does.

use crate::{OWNER, as_user, bin, said, user};
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// Two servers in a temporary folder, and those that were.
#[derive(Debug)]
pub struct Pair {
    folder: PathBuf,
    bin: PathBuf,
    /// The number of the primary; the standby has the next one.
    primary: u32,
    _hold: ChildStdin,
    _shell: Child,
}

/// $1 our folder: at the end of whoever holds us, every server below it is killed.
const KEEPER: &str = r#"
read -r end
for pid in "$1"/*/data/postmaster.pid; do [ -f "$pid" ] && kill -9 "$(head -n 1 "$pid")" 2>/dev/null; done
sleep 0.3; rm -rf "$1"
"#;

impl Pair {
    /// Starts both, with one empty database, `nurture`. Takes some seconds.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("nurture-pair-").tempdir().expect("a folder").keep();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("a folder");
        if let Some((_, uid, gid)) = &user() {
            chown(&folder, Some(*uid), Some(*gid)).expect("a folder of theirs");
        }
        let mut shell = as_user(&user(), "sh")
            .args(["-c", KEEPER, "pair"])
            .arg(&folder)
            .current_dir(&folder)
            // What ends the tests by their group must leave the shell to end the servers.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("a shell");
        let hold = shell.stdin.take().expect("its pipe");
        let pair = Self { folder, bin: bin(), primary: 0, _hold: hold, _shell: shell };
        let place = pair.place(0);
        pair.run("mkdir", &[&place]);
        let data = pair.data(0);
        let locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--auth=trust", "-U", OWNER, "-D"];
        pair.program("initdb", &[&locale[..], &[data.as_str()]].concat());
        pair.serve(0);
        pair.say("postgres", "CREATE DATABASE nurture");
        pair.follow();
        pair
    }

    /// The socket of the primary.
    pub fn socket(&self) -> PathBuf {
        Path::new(&self.place(self.primary)).join(".s.PGSQL.5432")
    }

    /// The address of the database by way of a port of 127.0.0.1 that leads to the primary's socket.
    pub fn address(port: u16) -> String {
        format!("postgres://{OWNER}@127.0.0.1:{port}/nurture?sslmode=disable")
    }

    /// Kills the primary at once, with whatever it is about.
    pub fn kill(&self) {
        let pid = fs::read_to_string(Path::new(&self.data(self.primary)).join("postmaster.pid"));
        let pid = pid.expect("the primary runs").lines().next().expect("its id").to_owned();
        self.run("kill", &["-9", &pid]);
        // Nobody may take another process for it later.
        self.run("rm", &["-f", &format!("{}/postmaster.pid", self.data(self.primary))]);
    }

    /// Makes the standby the primary; it waits for no standby of its own yet.
    pub fn promote(&mut self) {
        self.primary += 1;
        let data = self.data(self.primary);
        self.program("pg_ctl", &["-s", "-w", "-t", "600", "-D", &data, "promote"]);
    }

    /// Gives the primary a new standby, for whose disk each commit waits from then on.
    pub fn follow(&self) {
        let (from, number) = (self.place(self.primary), self.primary + 1);
        self.run("mkdir", &[&self.place(number)]);
        let data = self.data(number);
        let copy = ["-R", "-X", "stream", "-c", "fast", "--no-sync", "-U", OWNER, "-h", &from, "-D", &data];
        self.program("pg_basebackup", &copy);
        // It must not wait for itself once it is the primary.
        let conf = format!("{data}/postgresql.auto.conf");
        self.run("sed", &["-i", "/synchronous_standby_names/d", &conf]);
        self.serve(number);
        self.say("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.say("postgres", "SELECT pg_reload_conf()");
        let synchronous = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        while self.say("postgres", synchronous).trim() != "1" {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }

    /// Runs statements on the primary by `psql`; returns what they print.
    fn say(&self, database: &str, statements: &str) -> String {
        let place = self.place(self.primary);
        let quiet =
            ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", OWNER, "-h", &place, "-d", database];
        self.program("psql", &[&quiet[..], &["-c", statements]].concat())
    }

    fn serve(&self, number: u32) {
        let settings = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c max_connections=100 -c shared_buffers=32MB \
             -c wal_level=replica -c max_wal_senders=8 -c log_min_messages=warning",
            self.place(number)
        );
        let (data, log) = (self.data(number), format!("{}/log", self.place(number)));
        self.program("pg_ctl", &["-s", "-w", "-t", "600", "-D", &data, "-l", &log, "-o", &settings, "start"]);
    }

    fn place(&self, number: u32) -> String {
        self.folder.join(number.to_string()).display().to_string()
    }

    fn data(&self, number: u32) -> String {
        format!("{}/data", self.place(number))
    }

    fn program(&self, name: &str, arguments: &[&str]) -> String {
        self.run(&self.bin.join(name).display().to_string(), arguments)
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let mut command: Command = as_user(&user(), program);
        command.args(arguments).current_dir(&self.folder).env("LC_ALL", "C.UTF-8").process_group(0);
        // A server that stays would keep a pipe open.
        if program.ends_with("pg_ctl") {
            let done = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
            let log = || fs::read_to_string(self.folder.join("0/log")).unwrap_or_default();
            assert!(done.expect("it runs").success(), "{program} {arguments:?}: {}", log());
            return String::new();
        }
        said(&command.stdin(Stdio::null()).output().expect("it runs"), program)
    }
}
