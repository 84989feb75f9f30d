//! What a scenario may keep while it is played. The command says the same, with the place.

use super::failure;
use crate::cli::PLAYMONEY;

/// A scenario whose profile calls are answered with that many bytes; with these steps.
fn answering(bytes: usize, steps: &str) -> String {
    format!("rules:\n  - on: quoine.getProfile\n    then: {{ status: 200, body: {{ text: '{}' }} }}\nsteps:\n{steps}", "x".repeat(bytes))
}

/// What `run` says of it, and its exit code.
fn run(name: &str, text: &str) -> (Option<i32>, String) {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("kept-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(name), format!("version: 1\n{text}")).expect("written");
    let output = std::process::Command::new(PLAYMONEY).current_dir(&folder).args(["run", name]).output().expect("it runs");
    _ = std::fs::remove_file(folder.join(name));
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The scenario fails at that line with that sentence, in the library and in the command.
fn fails(name: &str, text: &str, line: usize, why: &str) {
    assert_eq!(failure(text).as_deref(), Some(&*format!("line {line}: {why}")), "{name}");
    says(name, text, line, why);
}

/// The command says that the scenario fails at that line, and why.
fn says(name: &str, text: &str, line: usize, why: &str) {
    let (code, told) = run(name, text);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains(&format!("{name}:{line}")) && told.contains(why), "{told}");
}

#[test]
fn t15_the_answers_that_a_scenario_saves_are_bounded() {
    let steps: Vec<String> = (0..19).map(|it| format!("  - {{ call: quoine.getProfile, save: a{it} }}\n")).collect();
    let why = "the answers that a scenario saves take at most 16777216 bytes together";
    fails("saved.yaml", &answering(900_000, &steps.concat()), 6 + 18, why);
    let again = "  - repeat: { times: 30, steps: [{ call: quoine.getProfile, save: a }] }\n";
    assert_eq!(failure(&answering(900_000, again)), None, "a name that is saved again keeps the last answer");
}

#[test]
fn t15_the_copies_that_a_scenario_makes_are_bounded() {
    let fill = "  - repeat: { times: 30, steps: [{ call: quoine.getProfile }] }\n";
    let copies: Vec<String> = (0..4).map(|it| format!("  - snapshot: s{it}\n  - fork: f{it}\n")).collect();
    let why = "the snapshots and forks of a scenario take at most 134217728 bytes together";
    says("copies.yaml", &answering(900_000, &(fill.to_owned() + &copies.concat())), 11, why);
}

#[test]
fn t15_what_references_add_to_a_step_is_bounded() {
    let steps = "  - { call: quoine.getProfile, save: a }
  - { call: quoine.createInvoice, with: { price: '${a.text}' } }
  - { call: quoine.createInvoice, with: { price: '${a.text}${a.text}' } }\n";
    let why = "the saved values to which it refers add more than 1048576 bytes";
    fails("added.yaml", &answering(600_000, steps), 8, why);
}

#[test]
fn what_a_step_has_saved_becomes_no_value_of_a_request() {
    let steps = "steps:
  - { call: quoine.getProfile, save: a }
  - rule: { on: quoine.getProfile, then: { status: 200, body: { saved: 'x ${a.text}', own: '${request.method} ${a.text}' } } }
  - { call: quoine.getProfile, expect: { body: { saved: 'x $${request.path}', own: 'GET $${request.path}' } } }\n";
    let rule = "rules:\n  - { on: quoine.getProfile, then: { status: 200, body: { text: '$${request.path}' } } }\n";
    assert_eq!(failure(&format!("{rule}{steps}")), None);
}

#[test]
fn t15_what_a_scenario_keeps_and_repeats_is_bounded() {
    let forks: Vec<String> = (0..101).map(|it| format!("  - fork: f{it}\n")).collect();
    assert_eq!(failure(&format!("steps:\n{}", forks.concat())).as_deref(), Some("line 103: a scenario has at most 100 forks"));
    let long = format!("  - {{call: quoine.createInvoice, body: \"{}\", expect: {{status: 413}}}}\n", "x".repeat(900_000));
    assert!(failure(&format!("steps:\n{long}")).is_some_and(|it| it.contains("an expectation was not met")), "it is below the bound");
}
