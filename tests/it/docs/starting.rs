//! Where a server is started for others: the image of the `Dockerfile`, and the action for GitHub.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::process::{Command, Output, Stdio};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;

use super::{Folder, path, read};
use crate::cli::{PLAYMONEY, Ready, Serving};
use crate::clients::program;
use crate::net::{request, send};

/// The flags of `serve` that can be variables, without their dashes.
pub fn variables_of_serve() -> BTreeSet<String> {
    let help = Command::new(PLAYMONEY).args(["serve", "--help"]).output().expect("it runs").stdout;
    let help = String::from_utf8(help).expect("text");
    let flags = help.split_whitespace().filter_map(|it| it.strip_prefix("--"));
    flags.map(str::to_owned).collect()
}

/// The words behind an instruction of the last stage of the Dockerfile, which is a JSON list.
fn words(instruction: &str) -> Vec<String> {
    let file = read(&path("Dockerfile"));
    let (_, stage) = file.rsplit_once("\nFROM scratch\n").expect("the last stage is empty at first");
    let line = stage.lines().find(|it| it.starts_with(instruction)).unwrap_or_else(|| panic!("no {instruction}"));
    serde_json::from_str(&line[line.find('[').expect("a list")..]).expect("a list of texts")
}

/// The image cannot be built here. What its last stage says is done with the built program, and `tests/static` does it with a
/// static one in an empty root folder.
#[tokio::test(flavor = "multi_thread")]
async fn the_image_serves_all_addresses_with_a_token_and_says_whether_it_is_well() {
    let file = read(&path("Dockerfile"));
    let listens = file.lines().find_map(|it| it.strip_prefix("ENV PLAYMONEY_LISTEN=")).expect("where it listens");
    assert_eq!(listens, "0.0.0.0:4242");
    let (entry, command) = (words("ENTRYPOINT"), words("CMD"));
    assert_eq!(entry, ["/playmoney"]);
    let ready = Ready::new("image");
    let port = ready.port.to_string();
    let mut image = Command::new(PLAYMONEY);
    image.args(&command).env("PLAYMONEY_LISTEN", listens.replace("4242", &port));
    let serving = Serving::by(image, ready);

    let address = format!("127.0.0.1:{port}").parse().expect("an address");
    let status = async |path: &str| send(address, request("GET", path, &Json::Null)).await.status;
    assert_eq!(status("/__admin/clock").await, 401, "the token is another one");
    assert_eq!(status("/quantum-payouts/api/v1/features").await, 200);

    let health = words("HEALTHCHECK");
    assert_eq!(health[0], entry[0]);
    let is_well = || {
        let arguments = health[1..].iter().map(|it| it.replace("4242", &port));
        Command::new(PLAYMONEY).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status().expect("it runs").success()
    };
    assert!(is_well());
    drop(serving);
    assert!(!is_well());
}

/// What the build stage copies is what the build context has.
#[test]
fn the_context_of_the_image_has_what_is_copied() {
    let mut copied = BTreeSet::new();
    for line in read(&path("Dockerfile")).lines().filter(|it| it.starts_with("COPY ") && !it.contains("--from=")) {
        let names: Vec<_> = line.split(' ').skip(1).collect();
        let (_, sources) = names.split_last().expect("a target");
        copied.extend(sources.iter().map(|it| (*it).to_owned()));
    }
    let kept: BTreeSet<_> = read(&path(".dockerignore")).lines().filter_map(|it| it.strip_prefix('!').map(str::to_owned)).collect();
    assert_eq!(copied, kept);
    assert!(copied.iter().all(|it| path(it).exists()), "{copied:?}");
}

/// The action, as a runner runs it, until it is dropped.
pub struct Action {
    folder: Folder,
    end: Option<Output>,
}

impl Action {
    /// With these inputs. The program is the built one.
    pub fn start(name: &str, inputs: &Json) -> Self {
        let action = Self { folder: Folder::new(&format!("action-{name}")), end: None };
        let mut inputs = inputs.as_object().cloned().unwrap_or_default();
        inputs.insert("program".to_owned(), PLAYMONEY.into());
        let begun = action.step("main", &inputs);
        assert!(begun.status.success(), "{}", String::from_utf8_lossy(&begun.stdout));
        action
    }

    /// Runs a step, with the defaults of `action.yml` behind the inputs.
    fn step(&self, step: &str, inputs: &serde_json::Map<String, Json>) -> Output {
        let definition: Json = serde_saphyr::from_str(&read(&path("action.yml"))).expect("YAML");
        let mut command = program("node");
        command.arg(path(definition["runs"][step].as_str().expect("a file"))).current_dir(path(""));
        for (name, input) in definition["inputs"].as_object().expect("a mapping") {
            let given = inputs.get(name).unwrap_or(&input["default"]);
            command.env(format!("INPUT_{}", name.to_uppercase()), given.as_str().expect("a text"));
        }
        for file in ["GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE"] {
            command.env(file, self.folder.0.join(file));
        }
        for (name, value) in self.lines("GITHUB_STATE") {
            command.env(format!("STATE_{name}"), value);
        }
        command.env("RUNNER_TEMP", &self.folder.0).env_remove("PLAYMONEY_URL").output().expect("node is there")
    }

    /// What the action has told the runner.
    fn lines(&self, file: &str) -> BTreeMap<String, String> {
        let text = std::fs::read_to_string(self.folder.0.join(file)).unwrap_or_default();
        text.lines().filter_map(|it| it.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// The environment of the steps that follow.
    pub fn variables(&self) -> BTreeMap<String, String> {
        self.lines("GITHUB_ENV")
    }

    /// Runs the post step once, and returns what it prints.
    fn end(&mut self) -> String {
        if self.end.is_none() {
            self.end = Some(self.step("post", &serde_json::Map::new()));
        }
        String::from_utf8_lossy(&self.end.as_ref().expect("just now").stdout).into_owned()
    }
}

impl Drop for Action {
    fn drop(&mut self) {
        self.end();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_action_exports_a_server_and_ends_it() {
    let mut action = Action::start("exports", &json!({"seed": "7", "webhook-url": "http://127.0.0.1:9/{provider}"}));
    let variables = action.variables();
    let outputs = action.lines("GITHUB_OUTPUT");
    assert_eq!(outputs["url"], variables["PLAYMONEY_URL"]);
    assert!(outputs["ready-file"].ends_with("ready.json"));
    let base = variables["QUANTUM_PAYOUTS_BASE_URL"].strip_suffix("/quantum-payouts").expect("the slug");
    let address = base.trim_start_matches("http://").parse().expect("an address");
    let clock = send(address, request("GET", "/__admin/clock", &Json::Null)).await.json();
    assert_eq!((&clock["mode"], &clock["now"]), (&json!("frozen"), &json!("2026-01-01T00:00:00Z")));
    assert!(read(&action.folder.0.join("GITHUB_PATH")).trim().ends_with("debug"));

    send(address, request("GET", "/quantum-payouts/api/v1/features", &Json::Null)).await;
    let told = action.end();
    assert!(told.contains("::group::") && told.contains("features"), "its log is shown: {told}");
    assert!(std::net::TcpStream::connect::<std::net::SocketAddr>(address).is_err(), "the server has ended");
}

#[test]
fn an_action_that_cannot_start_says_why() {
    let action = Action { folder: Folder::new("action-fails"), end: None };
    let with = |name: &str, value: &str| {
        let inputs = json!({"program": PLAYMONEY, name: value});
        let failed = action.step("main", inputs.as_object().expect("a mapping"));
        assert!(!failed.status.success());
        String::from_utf8(failed.stdout).expect("text")
    };
    assert!(with("clock", "sideways").contains("::error::the server has ended with 2"));
    assert!(with("program", "/nowhere/playmoney").contains("::error::"));
}

/// Serves the files of a folder below `/v0.1.0/`.
async fn releases(folder: std::path::PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let folder = folder.clone();
            let service = service_fn(move |request: http::Request<Incoming>| {
                let name = request.uri().path().strip_prefix(concat!("/v", env!("CARGO_PKG_VERSION"), "/")).map(str::to_owned);
                let found = name.and_then(|it| std::fs::read(folder.join(it)).ok());
                let status = if found.is_some() { 200 } else { 404 };
                let answer = http::Response::builder().status(status).body(Full::new(Bytes::from(found.unwrap_or_default())));
                std::future::ready(Ok::<_, Infallible>(answer.expect("an answer")))
            });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    format!("http://{address}")
}

/// What is released is what the action asks for.
#[test]
fn the_action_knows_each_target_that_is_released() {
    let workflow: Json = serde_saphyr::from_str(&read(&path(".github/workflows/release.yml"))).expect("YAML");
    let jobs = workflow["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().expect("a list");
    let released: BTreeSet<_> = jobs.iter().map(|it| it["target"].as_str().expect("a text").to_owned()).collect();
    let action = read(&path("packages/action/main.js"));
    let (_, table) = action.split_once("const TARGETS = {").expect("the table");
    let rows = table.lines().skip(1).take_while(|it| *it != "};");
    let known: BTreeSet<_> = rows.map(|it| it.rsplit('\'').nth(1).expect("a target").to_owned()).collect();
    assert_eq!(known, released);
    assert_eq!(known.len(), 6);
}

/// A release as `packages/archive` packs it. A small script takes the place of the program.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_action_takes_a_release_whose_checksum_is_right() {
    let made = Folder::new("release");
    made.program("playmoney", &format!("exec '{PLAYMONEY}' \"$@\""));
    let target = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    let packed = Command::new("bash").arg(path("packages/archive")).arg(&target).arg(made.0.join("bin/playmoney")).arg(&made.0).output();
    assert!(packed.expect("bash is there").status.success());
    let base = releases(made.0.clone()).await;

    let inputs = json!({"releases": base});
    let mut action = Action { folder: Folder::new("action-release"), end: None };
    let begun = action.step("main", inputs.as_object().expect("a mapping"));
    assert!(begun.status.success(), "{}", String::from_utf8_lossy(&begun.stdout));
    let program = &action.variables()["PLAYMONEY_BIN"];
    assert!(program.ends_with(&format!("-{target}/playmoney")), "{program}");
    action.end();

    let name = format!("playmoney-{}-{target}.tar.gz", env!("CARGO_PKG_VERSION"));
    made.file(&format!("{name}.sha256"), &format!("{}  {name}\n", "0".repeat(64)));
    let refused = Action { folder: Folder::new("action-checksum"), end: None };
    let failed = refused.step("main", inputs.as_object().expect("a mapping"));
    let told = String::from_utf8(failed.stdout).expect("text");
    assert!(!failed.status.success() && told.contains("checksum"), "{told}");
    assert_eq!(refused.variables(), BTreeMap::new(), "nothing is exported");
}
