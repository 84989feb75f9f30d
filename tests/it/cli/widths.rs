//! What `check` and `run` print of long and foreign words, at several widths.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use unicode_width::UnicodeWidthStr;

use super::PLAYMONEY;
use super::pages::WIDTHS;
use crate::tape::snapshot;

/// The commonest mistakes, with keys and values that are longer than a terminal is wide.
const MISTAKES: &str = r#"version: 1
name: Zahlung läuft ab, während die Kundin in München noch auf „jetzt bezahlen“ drückt; 支払い期限の直前に支払う場合の長い名前
seeed: 7
providers:
  quoine:
    accounts: [{ id: 2, curency: USD, webhook_url: "${inbox:shop}" }]
    a_setting_whose_name_is_longer_than_any_terminal_would_show_in_one_line_and_that_no_provider_has: true
rules:
  - name: second create hits the usage limit
    on: quoine.createInvoise
    then: { eror: usage_limit }
steps:
  - call: quoine.createInvoice
    with: { prise: "500.0", name: "Bestellung für Frau Müller-Lüdenscheidt, 北京市朝阳区, mit einem Namen, der über jede Zeile hinausreicht" }
    expect: { status: "200", body: { invoice_statuss: payment_awaited } }
    save: invoice
  - act: quoine.pay
    with: { invoise: "${invoice.id}", hinweis: "überwiesen am 1. März von einem Konto mit einem sehr langen Namen, der nicht hilft" }
  - advance: 30 minutes
    expect: { body: { fird: [] } }
  - expect_webhook: { provider: quoine, event: payment_expierd, body: { invoice: { invoice_statüs: payment_expired } }, count: "zwei" }
  - wait: 5m
  - call: quoine.getInvoice
    with: { id: "${rechnung.id}" }
    expct: { status: 200 }
"#;

/// Good, but for warnings with long words.
const WARNINGS: &str = r#"version: 1
name: eine Rechnung mit 日本語 und mit einem Namen, der für die schmalen Fenster vieler Leute viel zu lang geworden ist
steps:
  - call: quoine.createInvoice
    with: { price: "500.0", beschreibung_der_bestellung_fuer_die_buchhaltung: "für Frau Müller-Lüdenscheidt in 北京市朝阳区, gegen Rechnung" }
    expect: { body: { invoice_status: payment_detected, name: "für Frau Müller-Lüdenscheidt in 北京市朝阳区, gegen Rechnung" } }
"#;

fn folder() -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("widths-{}", std::process::id()));
    std::fs::create_dir_all(&path).expect("a folder");
    std::fs::write(path.join("zahlung.yaml"), MISTAKES).expect("written");
    std::fs::write(path.join("rechnung.yaml"), WARNINGS).expect("written");
    path
}

fn read(here: &Path, arguments: &[&str], columns: usize) -> String {
    let mut command = Command::new(PLAYMONEY);
    command.args(arguments).current_dir(here).env("COLUMNS", columns.to_string()).stdin(Stdio::null());
    let output = command.output().expect("it runs");
    format!("$ playmoney {}\n{}{}", arguments.join(" "), text(&output.stdout), text(&output.stderr))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[test]
fn long_and_foreign_words_fit_the_terminal() {
    let here = folder();
    for columns in WIDTHS {
        let told = [&["check", "zahlung.yaml"][..], &["check", "rechnung.yaml"], &["run", "rechnung.yaml"]];
        let told = told.map(|it| read(&here, it, columns)).join("\n");
        let wide: Vec<&str> = told.lines().filter(|it| columns < it.width()).collect();
        assert!(wide.is_empty(), "{columns}: {wide:#?}");
        snapshot(&format!("cli/long_words_{columns}"), &told);
    }
    _ = std::fs::remove_dir_all(here);
}
