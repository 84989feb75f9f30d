//! What a person reads in a terminal: help and `describe`, at several widths.

use std::fmt::Write;
use std::process::{Command, Stdio};

use playmoney::inside::contract::describe;
use playmoney::inside::contract::describe::Asked;
use playmoney::inside::providers;
use unicode_width::UnicodeWidthStr;

use super::{PLAYMONEY, exit};
use crate::tape::snapshot;

/// A usual terminal, what a file gets, and a wide terminal.
pub const WIDTHS: [usize; 3] = [80, 100, 160];
#[rustfmt::skip]
pub const COMMANDS: [&str; 23] = [
    "serve", "run", "check", "init", "schema", "describe", "openapi", "sign", "verify", "audit", "explore", "import", "exec", "clock", "requests", "deliveries", "act", "reset",
    "sandboxes", "capsule", "env", "health", "completions",
];
/// One of each kind: a section, an operation, an action, an event, an error, a setting, a name with several meanings, a status, a header, and two
/// rows by the names that answers give them.
pub const DESCRIBED: [&str; 12] = [
    "providers",
    "quoine errors",
    "cryptopay.createPaymentOrder",
    "qbitpay.settle-payout",
    "quantum-payouts.payout.status_changed",
    "quoine.usage_limit",
    "quantapay.address_mode",
    "pace",
    "sellerConfirmed",
    "quoine.Date",
    "quoine.decisions.price-bounds",
    "createInvoice.price",
];

fn read(arguments: &[&str], columns: usize) -> String {
    let mut command = Command::new(PLAYMONEY);
    command.args(arguments).env("COLUMNS", columns.to_string()).stdin(Stdio::null());
    let output = command.output().expect("it runs");
    String::from_utf8([output.stdout, output.stderr].concat()).expect("text")
}

/// The lines that are wider than the terminal, without words that cannot be broken: addresses and values of examples.
fn wide(text: &str, columns: usize) -> Vec<&str> {
    let breaks = |line: &str| line.split_whitespace().all(|it| it.width() < columns / 2);
    text.lines().filter(|it| columns < it.width() && breaks(it)).collect()
}

#[test]
fn help_of_every_command_fits_the_terminal() {
    for columns in WIDTHS {
        for name in COMMANDS {
            let (short, long) = (read(&[name, "-h"], columns), read(&[name, "--help"], columns));
            let text = format!("$ playmoney {name} -h\n{short}\n$ playmoney {name} --help\n{long}");
            assert!(wide(&text, columns).is_empty(), "{name} at {columns}: {:?}", wide(&text, columns));
            snapshot(&format!("cli/help_{name}_{columns}"), &text);
        }
        let whole = read(&["--help"], columns);
        assert!(wide(&whole, columns).is_empty() && COMMANDS.iter().all(|it| whole.contains(it)), "{whole}");
        snapshot(&format!("cli/help_{columns}"), &whole);
    }
}

#[test]
fn help_has_three_examples_and_each_of_them_is_understood() {
    for name in COMMANDS {
        let help = read(&[name, "--help"], 160);
        let examples = help.split("Examples:\n").nth(1).unwrap_or_else(|| panic!("{name} has examples"));
        let lines: Vec<&str> = examples.lines().filter_map(|it| it.strip_prefix("    ")).collect();
        assert_eq!(lines.len(), 3, "{name}");
        for line in lines.into_iter().filter(|it| it.starts_with("playmoney")) {
            let words = line.split([';', '&', '|', '>', '<']).next().unwrap_or_default().split_whitespace().skip(1);
            let flags: Vec<&str> = words.filter(|it| it.starts_with("--")).collect();
            assert!(flags.iter().all(|it| help.contains(it)), "{line}");
        }
    }
}

#[test]
fn describe_is_laid_out_for_the_width_of_the_terminal() {
    for columns in WIDTHS {
        for (number, name) in DESCRIBED.iter().enumerate() {
            let arguments = if *name == "providers" { vec!["describe"] } else { vec!["describe", name] };
            let text = read(&arguments, columns);
            snapshot(&format!("cli/describe_{number}_{columns}"), &format!("$ playmoney describe {name}\n{text}"));
        }
    }
    let whole = read(&["describe", "quantum-payouts"], 80);
    snapshot("cli/describe_whole", &whole);
}

#[test]
fn no_line_of_describe_is_wider_than_the_terminal() {
    let contracts: Vec<_> = providers::all().iter().map(|it| it.contract()).collect();
    let mut found = String::new();
    for columns in WIDTHS {
        let mut pages = vec![describe::providers(&contracts, columns)];
        for contract in &contracts {
            let operations = contract.operations.iter().map(|it| Asked::Operation(contract, it));
            let actions = contract.actions.iter().map(|it| Asked::Action(contract, it));
            let events = contract.events.iter().map(|it| Asked::Event(contract, it));
            let errors = contract.errors.iter().map(|it| Asked::Error(contract, it));
            let settings = contract.settings().map(|it| Asked::Setting(contract, it));
            let statuses = (contract.lifecycles)().into_iter().flat_map(|it| it.statuses).map(|it| Asked::Status(contract, it));
            let headers = contract.events.iter().flat_map(|it| it.headers).map(|it| Asked::Header(contract, it.name));
            let all = operations.chain(actions).chain(events).chain(errors).chain(settings).chain(statuses).chain(headers);
            let all = all.chain([Asked::Provider(contract)]);
            pages.extend(all.map(|it| describe::page(it, columns)));
        }
        let several = describe::resolve(&contracts, "pace").expect("all have it");
        pages.push(describe::list(&several, columns));
        for page in pages {
            let page = anstream::adapter::strip_str(&page).to_string();
            for line in wide(&page, columns) {
                writeln!(found, "{columns}: {line}").expect("text");
            }
        }
    }
    assert!(found.is_empty(), "{found}");
}

#[test]
fn no_line_of_check_or_run_is_wider_than_the_terminal() {
    for columns in WIDTHS {
        for command in ["check", "run"] {
            let told = read(&[command, "tests/broken", "scenarios/quoine"], columns);
            let lines: Vec<&str> = told.lines().filter(|it| columns < it.width()).collect();
            assert!(lines.is_empty(), "{command} at {columns}: {lines:?}");
        }
    }
}

#[test]
fn colours_are_shown_where_they_are_wanted() {
    let coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = Command::new(PLAYMONEY);
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "PLAYMONEY_COLOR"] {
            command.env_remove(name);
        }
        let output = command.args(arguments).envs(variables.iter().copied()).stdin(Stdio::null()).output().expect("it runs");
        [output.stdout, output.stderr].concat().windows(2).any(|it| it == b"\x1b[")
    };
    let broken = "tests/broken/seed_is_text.yaml";
    let (good, unknown) = ("scenarios/quoine", "--unheard-of");
    for arguments in [&["describe", "quoine"][..], &["check", broken], &["run", good], &["--help"], &[unknown]] {
        let with = |more: &[&'static str]| [arguments, more].concat();
        assert!(!coloured(arguments, &[]), "{arguments:?}: a pipe");
        assert!(coloured(&with(&["--color", "always"]), &[]), "{arguments:?}");
        assert!(coloured(&with(&["--color=always"]), &[("NO_COLOR", "1")]), "{arguments:?}: a flag counts more");
        assert!(coloured(arguments, &[("CLICOLOR_FORCE", "1")]), "{arguments:?}");
        assert!(coloured(arguments, &[("PLAYMONEY_COLOR", "always")]), "{arguments:?}");
        assert!(!coloured(&with(&["--color", "never"]), &[("CLICOLOR_FORCE", "1")]), "{arguments:?}");
        assert!(!coloured(arguments, &[("NO_COLOR", "1")]), "{arguments:?}");
    }
    assert_eq!(exit(&["--color", "sometimes"]), 2);
}
