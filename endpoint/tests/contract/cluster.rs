//! A Postgres of a test's own: made in a temporary folder, reached by its socket, stopped by its id.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

const READY: &str = "database system is ready to accept connections";
const OWNER: &str = "postgres";

pub struct Cluster {
    server: Child,
    dir: TempDir,
}

impl Cluster {
    /// Ready for connections when this returns.
    pub fn start() -> Self {
        let dir = tempfile::Builder::new().prefix("rounds-pg-").tempdir().unwrap();
        let owner = Owner::of(dir.path());
        owner.take(dir.path());
        let data = dir.path().join("data");
        let made = owner
            .command(&program("initdb"), None)
            .args(["--no-sync", "--auth=trust", "--username=rounds", "--encoding=UTF8", "--no-locale", "-D"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let mut server = owner
            .command(&program("postgres"), Some("QUIT"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(dir.path())
            .args(["-c", "listen_addresses=", "-c", "max_connections=400", "-c", "shared_buffers=32MB"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(server.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains(READY) {
            assert!(log.read_line(&mut said).unwrap() > 0, "postgres: {said}");
        }
        // Its log would otherwise fill the pipe and stop it.
        std::thread::spawn(move || log.read_to_end(&mut Vec::new()));
        Self { server, dir }
    }

    /// What [`url`] makes addresses from.
    pub fn socket(&self) -> String {
        self.dir.path().display().to_string()
    }

    /// Runs one statement as its superuser; what it prints.
    pub fn sql(&self, statement: &str) -> String {
        let output = Command::new(program("psql"))
            .args(["-X", "-A", "-t", "-U", "rounds", "-d", "postgres", "-c", statement, "-h"])
            .arg(self.dir.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Has the server read its settings again, and waits until it goes by `name`'s new value.
    pub fn reload(&self, name: &str, value: &str) {
        self.sql("SELECT pg_reload_conf()");
        while self.sql(&format!("SHOW {name}")) != value {
            std::thread::yield_now();
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Nothing in it is worth a clean end, and its own children end with it.
        let _ = Command::new("kill").args(["-QUIT", &self.server.id().to_string()]).status();
        let _ = self.server.wait();
    }
}

/// The address of a database of the server with this socket.
pub fn url(socket: &str, database: &str) -> String {
    format!("postgres://rounds@localhost/{database}?host={socket}")
}

/// Every row of a database as text.
pub fn dump(socket: &str, database: &str) -> Vec<u8> {
    let output = Command::new(program("pg_dump"))
        .args(["--inserts", "-h", socket, "-U", "rounds", database])
        .output()
        .unwrap();
    assert!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Postgres refuses to be run by root, who therefore runs it as its own user.
enum Owner {
    Caller,
    Postgres { user: u32, group: u32 },
}

impl Owner {
    fn of(dir: &Path) -> Self {
        if std::fs::metadata(dir).unwrap().uid() != 0 {
            return Self::Caller;
        }
        let id = |flag| {
            let output = Command::new("id").args([flag, OWNER]).output().unwrap();
            let number = String::from_utf8_lossy(&output.stdout).trim().parse();
            number.unwrap_or_else(|_| panic!("there is no user {OWNER}; {INSTALL}"))
        };
        Self::Postgres { user: id("-u"), group: id("-g") }
    }

    fn take(&self, dir: &Path) {
        if let Self::Postgres { user, group } = self {
            chown(dir, Some(*user), Some(*group)).unwrap();
            std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o711)).unwrap();
        }
    }

    /// `at_death` is the signal that it gets when the test dies without a word.
    fn command(&self, program: &Path, at_death: Option<&str>) -> Command {
        let mut command = Command::new("setpriv");
        if let Self::Postgres { user, group } = self {
            command.args([format!("--reuid={user}"), format!("--regid={group}")]).arg("--clear-groups");
        }
        if let Some(signal) = at_death {
            command.arg(format!("--pdeathsig={signal}"));
        }
        // Messages in English, to be read here.
        command.arg(program).env("LC_ALL", "C").current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
        command
    }
}

const INSTALL: &str = "install Debian's package postgresql (cargo xtask setup does), or put initdb on PATH";

/// The newest of Debian's, whose programs are not on PATH; else the one on PATH.
fn program(name: &str) -> PathBuf {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
        .collect();
    versions.sort_unstable();
    let debian = versions.pop().map(|(_, folder)| folder.join("bin").join(name));
    let on_path = || {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).map(|folder| folder.join(OsStr::new(name))).find(|file| file.is_file())
    };
    let found = debian.filter(|file| file.is_file()).or_else(on_path);
    found.unwrap_or_else(|| panic!("{name} of Postgres is not to be found; {INSTALL}"))
}
