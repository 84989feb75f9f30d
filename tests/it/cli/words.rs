//! What a command line that is not understood is told.

use std::fmt::Write;

use super::run;
use crate::tape::snapshot;

#[test]
fn a_misspelt_command_or_flag_leads_to_the_right_one() {
    let rows: &[&[&str]] = &[
        &["rnu", "scenarios"],
        &["serv"],
        &["chekc", "scenario.yaml"],
        &["Describe", "quoine"],
        &["version"],
        &["clocks"],
        &["clock", "advanse", "31m"],
        &["clock", "advance", "soon"],
        &["clock", "until", "later"],
        &["act", "pay"],
        &["act", "quoine.pay", "invoice"],
        &["requests", "--status", "good"],
        &["requests", "--url", "127.0.0.1:4242"],
        &["requests", "--sandbox", "A"],
        &["sandbox"],
        &["exec", "true"],
        &["exec", "no.yaml", "--", "true"],
        &["checkout"],
        &["--color", "never", "rnu"],
        &["no/such/file"],
        &["checkout.yaml"],
        &["--host", "0.0.0.0"],
        &["-v"],
        &["-q"],
        &["serve", "-f", "scenario.yaml"],
        &["--pot", "80"],
        &["--unheard-of"],
        &["run"],
        &["openapi"],
        &["openapi", "quione"],
        &["describe", "quoine.pya"],
        &["--color", "sometimes"],
    ];
    let mut told = String::new();
    for row in rows {
        let output = run(row);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{row:?}");
        writeln!(told, "$ playmoney {}\n{}", row.join(" "), String::from_utf8_lossy(&output.stderr)).expect("text");
    }
    snapshot("cli/words", &told);
}

#[test]
fn a_scenario_is_served_without_a_command_and_a_flag_may_stand_first() {
    let told = |arguments: &[&str]| String::from_utf8_lossy(&run(arguments).stderr).into_owned();
    assert!(told(&["Cargo.toml"]).starts_with("playmoney: Cargo.toml is not a valid scenario"));
    assert!(told(&["src"]).starts_with("playmoney: src is a folder"), "a word that is a file is not a command");
    assert!(told(&["--color=never", "check", "no.yaml"]).starts_with("playmoney: cannot read no.yaml"));
}

#[test]
fn a_first_scenario_is_never_written_over_and_a_free_name_is_named() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("init-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("first.yaml");
    let init = || run(&["init", file.to_str().expect("text")]);
    assert_eq!(init().status.code(), Some(0));
    let again = init();
    let told = String::from_utf8_lossy(&again.stderr).replace(folder.to_str().expect("text"), ".");
    assert_eq!(told, "playmoney: ./first.yaml already exists: choose another name, such as ./first-2.yaml\n");
    std::fs::remove_dir_all(&folder).expect("it is ours");
}
