//! A private `PostgreSQL`: in a folder of the test's own, on loopback, gone when it is dropped.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use playmoney::inside::edge::driver::Stopwatch;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustix::process::{Pid, Signal, kill_process};

/// The number of the user who runs `PostgreSQL`, because it refuses to run as root.
const NOBODY: u32 = 65_534;
/// The password of its user, where it asks for one.
const PASSWORD: &str = "wonder-land";
/// How long anything may take that a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A port on loopback that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port").port()
}

/// Sends a signal to a process of ours.
pub fn signal(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a process");
    _ = kill_process(pid, signal);
}

/// Waits until something is there.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Stopwatch::start();
    loop {
        if let Some(it) = look() {
            return it;
        }
        assert!(begun.elapsed() < PATIENCE, "{what} never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Where Debian and others put the programs of the server.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|it| it.path().join("bin"));
    let mut found: Vec<PathBuf> = versions.filter(|it| it.join("postgres").is_file()).collect();
    found.sort();
    found.pop().unwrap_or_else(|| panic!("PostgreSQL is not installed: run tests/prepare"))
}

pub struct Postgres {
    folder: PathBuf,
    pub port: u16,
    server: Option<Child>,
    /// Its authority, if it speaks TLS: then it takes nothing else on its port, and asks for a password.
    authority: Option<PathBuf>,
}

impl Postgres {
    /// A new server, with an empty database `playmoney`.
    pub fn start() -> Self {
        let mut made = Self::made();
        made.up();
        made
    }

    /// The same with TLS. Its certificate is for that name alone.
    pub fn secured(name: &str) -> Self {
        let mut made = Self::made();
        let (authority, chain, key) = issued(name);
        for (file, text) in [("authority.pem", authority), ("server.pem", chain), ("server.key", key)] {
            made.write(file, &text);
        }
        made.authority = Some(made.folder.join("authority.pem"));
        made.write("data/pg_hba.conf", "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n");
        made.up();
        made.sql("postgres", &format!("ALTER USER playmoney PASSWORD '{PASSWORD}'")).expect("it is ours");
        made
    }

    /// The same server with another certificate.
    pub fn with_certificate(mut self, chain: &str, key: &str) -> Self {
        self.down();
        self.write("server.pem", chain);
        self.write("server.key", key);
        self.up();
        self
    }

    /// The files of a server that does not run.
    fn made() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        // Not below the folder of the build: its owner may be the only one who reads that.
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("playmoney-postgres-{}-{number}", std::process::id()));
        _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        if is_root() {
            std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY)).expect("root may do this");
        }
        let made = Self { folder, port: free_port(), server: None, authority: None };
        let data = made.data();
        let mut initdb = made.command("initdb");
        initdb.args(["--username=playmoney", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "-D"]).arg(data);
        let made_it = initdb.stdout(Stdio::null()).output().expect("initdb runs");
        assert!(made_it.status.success(), "{}", String::from_utf8_lossy(&made_it.stderr));
        made
    }

    /// Writes a file that the server alone may read.
    fn write(&self, name: &str, text: &str) {
        let path = self.folder.join(name);
        std::fs::write(&path, text).expect("it can be written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
        if is_root() {
            std::os::unix::fs::chown(&path, Some(NOBODY), Some(NOBODY)).expect("root may do this");
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(programs().join(program));
        command.current_dir(&self.folder).env_clear().env("LC_ALL", "C").stdin(Stdio::null());
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// The server starts, if it does not run.
    pub fn up(&mut self) {
        if self.server.is_some() {
            return;
        }
        let port = self.port.to_string();
        let mut server = self.command("postgres");
        server.arg("-D").arg(self.data()).arg("-k").arg(&self.folder).args(["-h", "127.0.0.1", "-p", &port, "-c", "fsync=off"]);
        server.args(["-c", "max_connections=60", "-c", "shared_buffers=32MB", "-c", "log_min_messages=fatal"]);
        if self.authority.is_some() {
            server.args(["-c", "ssl=on", "-c", "ssl_cert_file=../server.pem", "-c", "ssl_key_file=../server.key"]);
        }
        let log = std::fs::File::options().create(true).append(true).open(self.folder.join("log")).expect("a log");
        server.stdout(Stdio::null()).stderr(log);
        self.server = Some(server.spawn().expect("postgres starts"));
        wait_for("the database", || {
            let known = self.sql("postgres", "SELECT 1 FROM pg_database WHERE datname = 'playmoney'").ok()?;
            if known.trim().is_empty() { self.sql("postgres", "CREATE DATABASE playmoney").ok().map(drop) } else { Some(()) }
        });
    }

    /// The server is killed, as by a power cut of its machine alone.
    pub fn down(&mut self) {
        if self.server.is_some() {
            self.thaw();
        }
        if let Some(mut server) = self.server.take() {
            signal(&server, Signal::QUIT); // it ends at once, and recovers at its next start
            _ = server.wait();
        }
    }

    /// All its processes stand still: it takes connections, and answers nothing.
    pub fn freeze(&self) {
        self.signal_all(Signal::STOP);
    }

    /// They go on.
    pub fn thaw(&self) {
        self.signal_all(Signal::CONT);
    }

    fn signal_all(&self, what: Signal) {
        let server = self.server.as_ref().expect("it runs");
        let own = i32::try_from(server.id()).expect("a process");
        let of_server = |pid: i32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let parent = stat.rsplit(')').next().and_then(|it| it.split_whitespace().nth(1)?.parse::<i32>().ok());
            parent == Some(own)
        };
        let all = std::fs::read_dir("/proc").expect("Linux").flatten().filter_map(|it| it.file_name().to_str()?.parse::<i32>().ok());
        for pid in all.filter(|it| of_server(*it)).chain([own]) {
            _ = kill_process(Pid::from_raw(pid).expect("a process"), what);
        }
    }

    /// Runs SQL in a database; what it prints, one row a line.
    pub fn sql(&self, database: &str, text: &str) -> Result<String, String> {
        let port = self.port.to_string();
        let mut psql = self.command("psql");
        psql.arg("-h").arg(&self.folder).args(["-X", "-q", "-t", "-A", "-p", &port, "-U", "playmoney", "-d", database, "-c", text]);
        let done = psql.output().map_err(|it| it.to_string())?;
        if done.status.success() {
            Ok(String::from_utf8_lossy(&done.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&done.stderr).into_owned())
        }
    }

    /// A table, or everything when none is named, as text.
    pub fn dump(&self, database: &str, table: &str) -> String {
        let mut dump = self.command("pg_dump");
        dump.arg("-h").arg(&self.folder).args(["-p", &self.port.to_string(), "-U", "playmoney", "-d", database]);
        if !table.is_empty() {
            dump.args(["-t", table]);
        }
        let done = dump.output().expect("pg_dump runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        // Some versions draw a word for each dump.
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        text.lines().filter(|it| !it.contains("restrict ")).collect::<Vec<_>>().join("\n")
    }

    /// The address for `--store`.
    pub fn url(&self) -> String {
        match &self.authority {
            Some(it) => self.url_with("127.0.0.1", &format!("sslmode=verify-full&sslrootcert={}", it.display())),
            None => self.url_with("127.0.0.1", "sslmode=disable"),
        }
    }

    /// The address with that host and these parameters.
    pub fn url_with(&self, host: &str, parameters: &str) -> String {
        format!("postgres://playmoney:{PASSWORD}@{host}:{}/playmoney?{parameters}", self.port)
    }

    /// A file in its folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.down();
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// An authority, a certificate of it for that name, and the key of that.
fn issued(name: &str) -> (String, String, String) {
    let mut authority = CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let (authority_key, key) = (KeyPair::generate().expect("a key"), KeyPair::generate().expect("a key"));
    let root = authority.self_signed(&authority_key).expect("a certificate");
    let own = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    let own = own.signed_by(&key, &Issuer::from_params(&authority, &authority_key)).expect("a certificate");
    (root.pem(), own.pem(), key.serialize_pem())
}
