//! The recipes for CI: each command is run, but for what installs something.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use super::starting::{Action, variables_of_serve};
use super::{Folder, below, cookbook, path, read};
use crate::cli::{PLAYMONEY, Ready, Serving};
use crate::clients::{prepared, program, run};

/// How the commands begin that get something from elsewhere.
const INSTALLS: &[&str] = &["pip install ", "npm ci", "composer install", "curl -fsSL https://"];

/// What the tests of each job print when they pass.
const PASSED: [(&str, &str); 4] = [
    ("pytest", " passed in "),
    ("jest", "Tests:       7 passed"),
    ("phpunit", "OK (1 test, 2 assertions)"),
    ("cargo", "test wages_arrive ... ok"),
];

/// A machine on which everything is installed: the programs of a job, and its project as the working folder.
struct Machine(Folder);

impl Machine {
    fn new(name: &str, project: &Path) -> Self {
        let machine = Folder::new(name);
        cookbook::link();
        let python = prepared(path("target/clients/packages/bin/python"));
        let jest = prepared(path("packages/node/node_modules/jest/bin/jest.js"));
        machine.program("playmoney", &format!("exec '{PLAYMONEY}' \"$@\""));
        machine.program("pytest", &format!("exec '{}' -m pytest -p no:cacheprovider -p playmoney.pytest_plugin \"$@\"", python.display()));
        machine.program("npx", &format!("shift\nexec node '{}' \"$@\"", jest.display()));
        for file in below(project) {
            let below = file.strip_prefix(project).expect("below").to_string_lossy().into_owned();
            machine.file(&format!("project/{below}"), &read(&file));
        }
        for language in ["python", "node"] {
            for file in below(&path("docs/verify").join(language)) {
                machine.file(&format!("verify/{language}/{}", file.file_name().expect("a name").to_string_lossy()), &read(&file));
            }
        }
        machine.file("project/vendor/bin/phpunit", "#!/bin/sh\nexec phpunit \"$@\"\n");
        std::fs::set_permissions(machine.0.join("project/vendor/bin/phpunit"), std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .expect("it is set");
        Self(machine)
    }

    /// Runs a script as a runner does, and returns what it prints. Nothing is asked of a registry.
    fn run(&self, script: &str, variables: &BTreeMap<String, String>) -> String {
        let mut command = program("bash");
        command.current_dir(self.0.0.join("project")).env("PATH", self.0.search_path()).env_remove("PLAYMONEY_URL");
        command.env("PLAYMONEY_BIN", PLAYMONEY).env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONPATH", path("packages/python/src"));
        command.env("NODE_PATH", path("packages/node/node_modules")).env("CARGO_NET_OFFLINE", "true");
        command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs-cargo"));
        command.envs(variables).args(["-euo", "pipefail", "-c", &format!("{{ {script}\n}} 2>&1")]);
        run(command, "").0
    }
}

/// The project that a job tests.
fn machine(job: &str, place: &str) -> Machine {
    let folder = if job == "pytest" || job == "jest" { path("docs/cookbook") } else { path("docs/ci").join(job) };
    Machine::new(&format!("{place}-{job}"), &folder)
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text"))
}

fn yaml(file: &str) -> serde_json::Map<String, Json> {
    let parsed: Json = serde_saphyr::from_str(&read(&path("docs/ci").join(file))).expect("YAML");
    parsed.as_object().expect("a mapping").clone()
}

fn installs(command: &str) -> bool {
    INSTALLS.iter().any(|it| command.starts_with(it))
}

#[test]
fn the_jobs_of_github_pass() {
    let recipe = yaml("github.yml");
    for (job, passed) in PASSED {
        let machine = machine(job, "github");
        let mut action = None;
        let mut printed = String::new();
        for step in recipe["jobs"][job]["steps"].as_array().expect("a list") {
            if let Some(used) = step["uses"].as_str() {
                let is_ours = used.starts_with("OWNER/playmoney@v");
                assert!(is_ours || used.starts_with("actions/"), "{used}");
                if is_ours {
                    action = Some(Action::start(job, &step["with"]));
                }
            } else if !installs(text(&step["run"])) {
                let variables = action.as_ref().map(Action::variables).unwrap_or_default();
                printed += &machine.run(text(&step["run"]), &variables);
            }
        }
        assert!(printed.contains(passed), "{job}: {printed}");
    }
}

#[test]
fn the_jobs_of_gitlab_pass() {
    let recipe = yaml("gitlab.yml");
    for (job, passed) in PASSED {
        let machine = machine(job, "gitlab");
        let mut variables = BTreeMap::new();
        let mut server = None;
        if let Some(service) = recipe[job].get("services").map(|it| &it[0]) {
            let ready = Ready::new("gitlab");
            let address = format!("127.0.0.1:{}", ready.port);
            let mut command = Command::new(PLAYMONEY);
            command.args(["serve", "--listen", &address]);
            command.envs(service["variables"].as_object().expect("a mapping").iter().map(|(name, it)| (name, text(it))));
            server = Some(Serving::by(command, ready));
            let alias = format!("{}:4242", text(&service["alias"]));
            let named = recipe[job]["variables"].as_object().expect("a mapping").iter();
            variables = named.map(|(name, it)| (name.clone(), text(it).replace(&alias, &address))).collect();
        }
        let lines = recipe[job]["script"].as_array().expect("a list").iter().map(text).filter(|it| !installs(it));
        let printed = machine.run(&lines.collect::<Vec<_>>().join("\n"), &variables);
        assert!(printed.contains(passed), "{job}: {printed}");
        drop(server);
    }
}

#[test]
fn the_lines_of_a_shell_pass() {
    let recipe = read(&path("docs/ci/plain.sh"));
    let lines: Vec<_> = recipe.lines().collect();
    assert_eq!(lines.len(), PASSED.len());
    for (line, (job, passed)) in lines.into_iter().zip(PASSED) {
        let printed = machine(job, "shell").run(line, &BTreeMap::new());
        assert!(line.starts_with("playmoney exec -- ") && printed.contains(passed), "{job}: {printed}");
    }
}

/// A name that the server does not know would be ignored without a word.
#[test]
fn each_variable_of_a_recipe_is_one_of_the_server() {
    let known = variables_of_serve();
    let mut seen = 0;
    for file in below(&path("docs/ci")).into_iter().chain([path("Dockerfile")]) {
        let text = read(&file);
        let lines = text.lines().filter(|it| !it.starts_with('#'));
        for line in lines.filter_map(|it| it.trim().trim_start_matches("ENV ").strip_prefix("PLAYMONEY_")) {
            let name = line.split([':', '=']).next().expect("a name");
            if name != "URL" {
                assert!(known.contains(&name.to_lowercase().replace('_', "-")), "{}: PLAYMONEY_{name}", file.display());
                seen += 1;
            }
        }
    }
    assert!(seen >= 6, "{seen}");
}
