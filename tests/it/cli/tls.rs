//! `playmoney serve --tls`: its flags, its files, and the commands that ask such a server.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use playmoney::inside::edge::Server;
use rcgen::{CertificateParams, KeyPair};
use serde_json::Value as Json;

use super::{PLAYMONEY, Ready, Serving, run};

/// A folder of a test's own, which goes with it.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("tls-{name}-{}", std::process::id()));
        _ = std::fs::remove_dir_all(&path);
        Self(path)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("text")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server with `--tls` and a folder, until it is dropped.
pub fn serving(folder: &Folder, more: &[&str]) -> Serving {
    Serving::start(
        &format!("tls-{}", folder.0.file_name().expect("a name").display()),
        Path::new("."),
        &[&["--tls", "--tls-dir", folder.path()], more].concat(),
    )
}

fn health(url: &str, ca_file: Option<&Path>, cache: &Path) -> Output {
    let mut command = Command::new(PLAYMONEY);
    command.args(["health", "--url", url]).env("XDG_CACHE_HOME", cache).env_remove("PLAYMONEY_CA_FILE").stdin(Stdio::null());
    if let Some(file) = ca_file {
        command.arg("--ca-file").arg(file);
    }
    command.output().expect("it runs")
}

#[test]
fn a_development_authority_is_made_once_and_told() {
    let folder = Folder::new("made");
    let nowhere = Path::new("/nonexistent");
    let first = serving(&folder, &[]);
    let (url, ready) = (first.base_url(), first.ready());
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let ca_file = PathBuf::from(ready["ca_file"].as_str().expect("a path"));
    assert!(ca_file.is_absolute() && ca_file.ends_with("ca.pem"), "{ready}");
    for told in [&ready["env"]["QUOINE_BASE_URL"], &ready["providers"]["quoine"]["base_url"]] {
        assert_eq!(*told, format!("{url}/quoine"));
    }
    assert!(health(&url, Some(&ca_file), nowhere).status.success());
    assert!(health(&url.replace("127.0.0.1", "localhost"), Some(&ca_file), nowhere).status.success());
    let unknown = health(&url, None, nowhere);
    assert!(unknown.status.code() == Some(3) && String::from_utf8_lossy(&unknown.stderr).contains("--ca-file"), "{unknown:?}");
    let plain = health(&url.replace("https", "http"), None, nowhere);
    assert!(plain.status.code() == Some(1) && String::from_utf8_lossy(&plain.stderr).contains("https://"), "{plain:?}");
    #[cfg(unix)]
    for (name, mode) in [("ca.pem", 0o444), ("cert.pem", 0o444), ("key.pem", 0), ("ca-key.pem", 0)] {
        let own = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(folder.file(name)).expect(name).permissions());
        assert_eq!(own & 0o077, mode & 0o044, "{name}: {own:o}");
    }
    drop(first);
    let files = ["ca.pem", "ca-key.pem", "cert.pem", "key.pem"];
    let before = files.map(|it| folder.text(it));
    drop(serving(&folder, &[]));
    assert_eq!(files.map(|it| folder.text(it)), before, "all are used again");
    let further = serving(&folder, &["--allow-host", "shop.example", "--public-url", "https://ci.example.com/mocks"]);
    let after = files.map(|it| folder.text(it));
    assert_eq!((&after[..2], after[2] == before[2]), (&before[..2], false), "the authority stays, and the certificate has further names");
    assert!(health(&further.base_url(), Some(&ca_file), nowhere).status.success());
    drop(further);
    drop(serving(&folder, &[]));
    assert_eq!(files.map(|it| folder.text(it)), after, "one with more names than are wanted stays");
}

#[test]
fn what_is_broken_in_the_folder_is_made_anew_and_what_is_foreign_stays() {
    let folder = Folder::new("broken");
    drop(serving(&folder, &[]));
    let ca = folder.text("ca.pem");
    let half = folder.text("key.pem");
    std::fs::write(folder.file("key.pem"), &half[..half.len() / 2]).expect("ours");
    drop(serving(&folder, &[]));
    assert!(folder.text("ca.pem") == ca && folder.text("key.pem") != half, "the authority stays");
    std::fs::write(folder.file("ca-key.pem"), "").expect("ours");
    drop(serving(&folder, &[]));
    assert_ne!(folder.text("ca.pem"), ca, "without its key an authority can issue nothing");
    for foreign in ["-----BEGIN CERTIFICATE-----\n", "\u{0}"] {
        std::fs::write(folder.file("cert.pem"), foreign).expect("ours");
        let refused = run(&["serve", "--listen", "127.0.0.1:0", "--tls", "--tls-dir", folder.path()]);
        let why = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(
            refused.status.code() == Some(2) && why.contains("cert.pem was not made by Playmoney") && why.lines().count() == 1,
            "{why}"
        );
        assert_eq!(folder.text("cert.pem"), foreign);
    }
    #[cfg(unix)]
    {
        std::fs::remove_file(folder.file("cert.pem")).expect("ours");
        std::os::unix::fs::symlink("/dev/null", folder.file("cert.pem")).expect("a link");
        let refused = run(&["serve", "--listen", "127.0.0.1:0", "--tls", "--tls-dir", folder.path()]);
        assert!(refused.status.code() == Some(2) && String::from_utf8_lossy(&refused.stderr).contains("is a link"), "{refused:?}");
    }
}

#[test]
fn servers_that_start_together_share_one_authority() {
    let folder = Folder::new("together");
    let start = |nth: usize| {
        let ready = Ready::new(&format!("tls-together-{nth}"));
        let mut command = Command::new(PLAYMONEY);
        command.args(["serve", "--listen", "127.0.0.1:0", "--tls", "--tls-dir", folder.path()]);
        Serving::by(command, ready)
    };
    let servers: Vec<Serving> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..4).map(|nth| scope.spawn(move || start(nth))).collect();
        starting.into_iter().map(|it| it.join().expect("it starts")).collect()
    });
    for server in &servers {
        assert!(health(&server.base_url(), Some(&folder.file("ca.pem")), Path::new("/nonexistent")).status.success());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_cache_folder_of_the_user_is_the_default_and_commands_trust_it() {
    let folder = Folder::new("cache");
    let ready = Ready::new("tls-cache");
    let mut command = Command::new(PLAYMONEY);
    command.args(["serve", "--listen", "127.0.0.1:0"]).env("PLAYMONEY_TLS", "1").env("XDG_CACHE_HOME", &folder.0);
    let server = Serving::by(command, ready);
    let told = server.ready()["ca_file"].as_str().map(PathBuf::from);
    assert_eq!(told, Some(folder.file("playmoney/ca.pem")));
    assert!(health(&server.base_url(), None, &folder.0).status.success());
}

/// A certificate of one's own and its key, as files.
fn pair(folder: &Folder, name: &str) -> [String; 2] {
    std::fs::create_dir_all(&folder.0).expect("a folder");
    let key = KeyPair::generate().expect("a key");
    let own = CertificateParams::new(vec!["127.0.0.1".to_owned()]).and_then(|it| it.self_signed(&key)).expect("a certificate");
    [("cert", own.pem()), ("key", key.serialize_pem())].map(|(kind, text)| {
        let path = folder.file(&format!("{name}-{kind}.pem"));
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("text").to_owned()
    })
}

#[test]
fn a_certificate_of_ones_own_is_shown() {
    let folder = Folder::new("own");
    let [cert, key] = pair(&folder, "a");
    let server = Serving::start("tls-own", Path::new("."), &["--tls-cert", &cert, "--tls-key", &key]);
    assert!(server.base_url().starts_with("https://") && server.ready().get("ca_file").is_none());
    assert!(health(&server.base_url(), Some(Path::new(&cert)), Path::new("/nonexistent")).status.success());
}

#[test]
fn every_combination_of_flags_has_an_answer() {
    let folder = Folder::new("flags");
    let ([cert, key], [_, other]) = (pair(&folder, "a"), pair(&folder, "b"));
    let (missing, text) = (folder.file("none.pem").display().to_string(), folder.file("text").display().to_string());
    std::fs::write(&text, "no PEM").expect("written");
    for (flags, code, told) in [
        (&["--tls-cert", &cert][..], 2, "--tls-key"),
        (&["--tls-key", &key], 2, "--tls-cert"),
        (&["--tls", "--tls-cert", &cert, "--tls-key", &key], 2, "remove --tls"),
        (&["--tls", "--tls-cert", &cert], 2, "--tls-key"),
        (&["--tls-dir", folder.path()], 2, "add --tls"),
        (&["--tls-dir", folder.path(), "--tls-cert", &cert, "--tls-key", &key], 2, "remove --tls-dir"),
        (&["--tls-cert", &missing, "--tls-key", &key], 2, "none.pem"),
        (&["--tls-cert", &text, "--tls-key", &key], 2, "BEGIN CERTIFICATE"),
        (&["--tls-cert", &cert, "--tls-key", &text], 2, "BEGIN PRIVATE KEY"),
        (&["--tls-cert", &cert, "--tls-key", folder.path()], 2, "cannot read"),
        (&["--tls-cert", &cert, "--tls-key", &other], 3, "do not belong to each other"),
        (&["--tls", "--tls-dir", &text], 2, "cannot make the folder"),
    ] {
        let output = run(&[&["serve", "--listen", "127.0.0.1:0"], flags].concat());
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), why.lines().count()), (Some(code), 1), "{flags:?}: {why}");
        assert!(why.contains(told), "{flags:?}: {why}");
    }
}

/// The greeting names the authority, and what it says to type works.
#[cfg(unix)]
#[test]
fn the_greeting_says_whom_to_trust() {
    use std::io::{BufRead, BufReader};
    let folder = Folder::new("greeting");
    let mut serving = Command::new(PLAYMONEY)
        .args(["serve", "--listen", "127.0.0.1:0", "--clock", "frozen", "--tls", "--tls-dir", folder.path()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let lines = BufReader::new(serving.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
    let mut greeting: Vec<String> = Vec::new();
    for line in lines {
        greeting.push(line);
        if greeting.last().is_some_and(|it| it.contains("describe")) {
            break;
        }
    }
    let trust = greeting.iter().find_map(|it| it.strip_prefix("trust ")).map(str::trim);
    assert_eq!(trust, folder.file("ca.pem").to_str(), "{greeting:#?}");
    let typed: Vec<&String> = greeting.iter().filter(|it| it.trim().starts_with("curl ")).collect();
    assert_eq!(typed.len(), 2);
    for line in typed {
        let output = Command::new("sh").args(["-c", &format!("{line} --silent --show-error --fail")]).output().expect("a shell");
        assert!(output.status.success() && serde_json::from_slice::<Json>(&output.stdout).is_ok(), "{line}: {output:?}");
    }
    _ = serving.kill();
    _ = serving.wait();
}

/// The address of a server that runs in this process is https too, and a command reaches it.
#[tokio::test]
async fn a_library_server_speaks_tls_too() {
    let server: Server = crate::secure::server(playmoney::inside::engine::start::Start::default()).await;
    let refused = tokio::process::Command::new(PLAYMONEY).args(["clock", "--url", &server.base_url()]).output().await.expect("it runs");
    assert_eq!(refused.status.code(), Some(3), "its authority is unknown: {refused:?}");
}
