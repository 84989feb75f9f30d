//! The help of every command: its width, the groups of its flags, and examples at its end.

use std::fmt::Write;

use anstyle::{Effects, Style};
use clap::builder::StyledStr;
use clap::{Command, CommandFactory};

use super::Cli;
use super::style::columns;
use crate::contract::violations::KINDS;

/// As clap writes headings.
const HEADING: Style = Style::new().effects(Effects::BOLD.insert(Effects::UNDERLINE));

/// An example: what it does, and the command line.
type Example = (&'static str, &'static str);

/// Three examples for each command; the first are those of the program itself.
#[rustfmt::skip]
const EXAMPLES: &[(&str, [Example; 3])] = &[
    ("playmoney", [
        ("Serve all providers on http://127.0.0.1:4242:", "playmoney"),
        ("Write a first scenario, and play it:", "playmoney init && playmoney run scenario.yaml"),
        ("Read what a provider answers, and why:", "playmoney describe quoine.createInvoice"),
    ]),
    ("serve", [
        ("Let time stand until a test moves it:", "playmoney serve --clock frozen --now 2026-01-01"),
        ("Send all webhooks to your application:", "playmoney serve --webhook-url http://127.0.0.1:8080/hooks/{provider}"),
        ("Serve a scenario on another port, and load it again when it changes:", "playmoney serve scenario.yaml --port 8080 --watch"),
    ]),
    ("run", [
        ("Play every scenario below a folder:", "playmoney run scenarios"),
        ("Look for a failure that depends on chance:", "playmoney run checkout.yaml --repeat 100"),
        ("Report to a CI server:", "playmoney run scenarios --junit report.xml"),
    ]),
    ("check", [
        ("Check one file:", "playmoney check scenario.yaml"),
        ("Check every scenario below a folder:", "playmoney check scenarios"),
        ("Read the mistakes with a program:", "playmoney check scenarios --json"),
    ]),
    ("init", [
        ("Write scenario.yaml:", "playmoney init"),
        ("Choose the name:", "playmoney init scenarios/late-payment.yaml"),
        ("Write it and play it:", "playmoney init first.yaml && playmoney run first.yaml"),
    ]),
    ("schema", [
        ("Look at the schema:", "playmoney schema"),
        ("Keep it beside the scenarios:", "playmoney schema > playmoney.schema.json"),
        ("Make an editor complete (the first line of a scenario):", "# yaml-language-server: $schema=playmoney.schema.json"),
    ]),
    ("describe", [
        ("See one call, with its parameters, answer and errors:", "playmoney describe quoine.createInvoice"),
        ("See one section of a provider:", "playmoney describe quoine settings"),
        ("Find a name without its provider:", "playmoney describe createCharge"),
    ]),
    ("openapi", [
        ("Look at the document:", "playmoney openapi quoine"),
        ("Write it to a file:", "playmoney openapi qbitpay > qbitpay.json"),
        ("List its paths:", "playmoney openapi cryptopay | jq '.paths | keys'"),
    ]),
    ("import", [
        ("Make a scenario of a gateway's log, and play it for an application:", "playmoney import access.log --provider quoine -o incident.yaml && playmoney run incident.yaml --webhook-url http://127.0.0.1:8080/hooks"),
        ("Read a packed log, and fail when the scenario leaves something out:", "gunzip -c kong.log.gz | playmoney import - --provider qbitpay --strict -o incident.yaml"),
        ("Keep what the application has to know:", "playmoney import access.log --provider cryptopay --keep product --keep plan -o incident.yaml"),
    ]),
    ("sign", [
        ("Sign a webhook:", "playmoney sign cryptopay --body @webhook.json"),
        ("Sign a request:", "playmoney sign quoine --target /api/v1/profile"),
        ("Sign with a secret of your own:", "playmoney sign quantum-payouts --body @webhook.json --secret sk_test_1"),
    ]),
    ("verify", [
        ("Say whether a signature is right:", "playmoney verify cryptopay --body @webhook.json -H 'X-Webhook-Signature: 5d41...'"),
        ("Judge a request of yours:", "playmoney verify quoine --target /api/v1/profile -H 'Authorization: ...'"),
        ("Name the address, where a provider signs it:", "playmoney verify quoine --body @webhook.json --url https://shop.test/hook -H 'Date: ...'"),
    ]),
    ("audit", [
        ("Try a receiver with an event of a sandbox of its own:", "playmoney audit quantum-payouts --webhook-url http://127.0.0.1:8000/hooks"),
        ("Vary the last event of a running server, and look at its effect:", "playmoney audit quoine --url http://127.0.0.1:4242 --probe http://127.0.0.1:8000/orders/42"),
        ("Make two checks with another secret, and report to a CI server:", "playmoney audit cryptopay --webhook-url http://127.0.0.1:8000/hooks --secret whsec_1 --checks duplicate,out_of_order --junit audit.xml"),
    ]),
    ("explore", [
        ("Try a shop with webhooks that come twice, late, or in another order:", "playmoney explore paid.yaml --webhook-url http://127.0.0.1:8080/hooks"),
        ("Save the schedule that breaks it, and play that alone:", "playmoney explore paid.yaml --webhook-url http://127.0.0.1:8080/hooks --write broken.yaml"),
        ("Try more, four runs at a time, each with a shop of its own:", "playmoney explore paid.yaml --webhook-url http://127.0.0.1:800{job}/hooks --jobs 4 --budget 2000"),
    ]),
    ("exec", [
        ("Run tests with a server of their own, whose time stands until they move it:", "playmoney exec -- pytest"),
        ("Begin with a scenario, and send webhooks to the application that is tested:", "playmoney exec shop.yaml --webhook-url http://127.0.0.1:8080/hooks -- npm test"),
        ("See what the command gets:", "playmoney exec -- env"),
    ]),
    ("clock", [
        ("See the simulated time, and what is due next:", "playmoney clock"),
        ("Let half an hour pass, with all that is due in it:", "playmoney clock advance 31m"),
        ("Let everything happen that is still to come:", "playmoney clock until idle"),
    ]),
    ("requests", [
        ("See what your application has asked:", "playmoney requests"),
        ("See what was refused by one provider:", "playmoney requests --provider quoine --status 422"),
        ("Read the headers and bodies with a program:", "playmoney requests --json | jq '.requests[-1]'"),
    ]),
    ("deliveries", [
        ("See every webhook, and what your application has answered:", "playmoney deliveries"),
        ("See those that have failed:", "playmoney deliveries --status failed"),
        ("See those of one object:", "playmoney deliveries --subject ORDER_1"),
    ]),
    ("violations", [
        ("See where your application breaks the documented contract:", "playmoney violations"),
        ("See those of one call:", "playmoney violations --operation quoine.createInvoice"),
        ("Fail a script when there is one:", "test \"$(playmoney violations --json | jq '.violations | length')\" = 0"),
    ]),
    ("coverage", [
        ("See which parts of the contracts your tests have reached, and how to reach the others:", "playmoney coverage"),
        ("Write a page about it:", "playmoney coverage --write coverage.html"),
        ("Fail below 80 percent, over the reports of several runs:", "playmoney coverage --merge a.json b.json --min 80"),
    ]),
    ("assumptions", [
        ("See what your tests lean on and no document confirms:", "playmoney assumptions"),
        ("See what was not even seen anywhere:", "playmoney assumptions --evidence assumed"),
        ("Let a run fail on it:", "playmoney run scenarios --fail-on assumed"),
    ]),
    ("act", [
        ("List all actions and their parameters:", "playmoney act"),
        ("Pay the invoice 1:", "playmoney act quoine.pay invoice=1"),
        ("Pay a part of it, in another sandbox:", "playmoney act quoine.pay invoice=1 amount=0.2 --sandbox checkout-7"),
    ]),
    ("reset", [
        ("Begin anew:", "playmoney reset"),
        ("Begin anew, and send webhooks elsewhere:", "playmoney reset --webhook-url http://127.0.0.1:9000/{provider}"),
        ("Begin anew in another sandbox:", "playmoney reset --sandbox checkout-7"),
    ]),
    ("capsule", [
        ("Save the history of a sandbox of a running server:", "playmoney capsule save failed.capsule --sandbox checkout-7"),
        ("Play it again, anywhere, and say whether the same comes out:", "playmoney capsule replay failed.capsule"),
        ("Look at the sandbox as it was after its fifth input:", "playmoney capsule replay failed.capsule --until 5 --serve"),
    ]),
    ("sandboxes", [
        ("List them:", "playmoney sandboxes"),
        ("Make one that goes when it is not used for half an hour:", "playmoney sandboxes create checkout-7 --seed 7 --ttl 30m"),
        ("Delete it:", "playmoney sandboxes delete checkout-7"),
    ]),
    ("env", [
        ("Write a .env file:", "playmoney env > .env"),
        ("Set the variables in a shell:", "eval \"$(playmoney env --format shell)\""),
        ("See those of another sandbox, as JSON:", "playmoney env --sandbox checkout-7 --format json"),
    ]),
    #[cfg(feature = "mcp")]
    ("mcp", [
        ("Let an assistant look at the server at the usual address:", "playmoney mcp --url http://127.0.0.1:4242"),
        ("Give it a server of its own, and let it act there:", "playmoney mcp --allow-changes"),
        ("The same, where the application expects the providers:", "playmoney mcp --allow-changes --port 4242"),
    ]),
    ("health", [
        ("Ask the server at the usual address:", "playmoney health"),
        ("Wait until it has started:", "playmoney health --wait 10s"),
        ("Ask another:", "playmoney health --url http://127.0.0.1:8080"),
    ]),
    ("completions", [
        ("bash, for this user:", "playmoney completions bash > ~/.local/share/bash-completion/completions/playmoney"),
        ("zsh, in a folder of $fpath:", "playmoney completions zsh > ~/.zfunc/_playmoney"),
        ("fish:", "playmoney completions fish > ~/.config/fish/completions/playmoney.fish"),
    ]),
];

/// The group of each flag of `serve`.
#[rustfmt::skip]
const GROUPS: &[(&str, &[&str])] = &[
    ("Where", &["listen", "port", "public_url", "ready_file"]),
    ("TLS", &["tls", "tls_dir", "tls_cert", "tls_key"]),
    ("Time and chance", &["clock", "now", "seed"]),
    ("Webhooks", &["webhook_url", "webhook_allow"]),
    ("Safety", &["allow_host", "allow_origin", "admin_token", "show_secrets"]),
    ("Sandboxes", &["sandboxes", "sandboxes_max", "threads"]),
    ("Output", &["log", "journal_bytes", "history_bytes", "no_evidence_header", "color"]),
];

const WITHOUT_COMMAND: &str = "Without a command, `playmoney` is `playmoney serve`, and takes its flags.";
const VARIABLES: &str = "Every flag is also an environment variable: PLAYMONEY_ and its name, such as PLAYMONEY_WEBHOOK_URL for \
                         --webhook-url. A flag counts more than a variable, and both more than the scenario.";

/// The commands, as wide as the terminal.
pub fn command() -> Command {
    let mut command = Cli::command().term_width(columns()).after_help(end("playmoney", WITHOUT_COMMAND));
    let names: Vec<String> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(&name, |own| {
            let remark = match &*name {
                "serve" => VARIABLES.to_owned(),
                "violations" => kinds(),
                _ => String::new(),
            };
            let own = own.after_help(end(&name, &remark));
            if name == "serve" { grouped(own) } else { own.mut_args(|it| it.hide_env_values(true)) }
        });
    }
    command
}

fn grouped(command: Command) -> Command {
    command.mut_args(|flag| {
        let group = GROUPS.iter().find(|it| it.1.contains(&flag.get_id().as_str()));
        let flag = flag.hide_env(true);
        if let Some((heading, _)) = group { flag.help_heading(*heading) } else { flag }
    })
}

/// The kinds of violations.
fn kinds() -> String {
    let line = |(code, meaning): &(&str, &str)| format!("\n  {code:<19}{meaning}");
    format!("{HEADING}Kinds:{HEADING:#}{}", KINDS.iter().map(line).collect::<String>())
}

/// The examples of a command, after what else is to be known.
fn end(command: &str, remark: &str) -> StyledStr {
    let mut text = if remark.is_empty() { String::new() } else { format!("{remark}\n\n") };
    _ = write!(text, "{HEADING}Examples:{HEADING:#}");
    for (what, line) in EXAMPLES.iter().filter(|it| it.0 == command).flat_map(|it| it.1) {
        _ = write!(text, "\n  {what}\n    {line}");
    }
    text.into()
}
