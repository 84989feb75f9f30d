//! Lines are narrow, tables apart.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Arm, ImplItem, Item, Stmt, TraitItem};

use super::{Source, only, sources};

const CHARS_MAX: usize = 140;

/// Lines that are still wider, by file.
#[rustfmt::skip]
const WIDE: &[(&str, usize)] = &[
    ("benches/edge/operations.rs", 2),
    ("benches/engine/memory.rs", 1),
    ("benches/merchant/mod.rs", 2),
    ("examples/server.rs", 1),
    ("src/cli/serve.rs", 1),
    ("src/contract/openapi/calls.rs", 1),
    ("src/contract/rows.rs", 1),
    ("src/control/render.rs", 1),
    ("src/kit/form.rs", 1),
    ("src/kit/ids.rs", 1),
    ("src/kit/jwt.rs", 1),
    ("src/providers/cryptopay/webhooks/rows.rs", 1),
    ("src/providers/cryptopay/wire/rows.rs", 1),
    ("src/providers/qbitpay/webhooks/rows.rs", 4),
    ("src/providers/qbitpay/wire/objects.rs", 2),
    ("src/providers/quantapay/errors.rs", 1),
    ("src/providers/quantapay/wire/rows.rs", 6),
    ("src/providers/quoine/webhooks/rows.rs", 3),
    ("src/providers/quoine/wire/rows.rs", 3),
    ("src/sandbox/answers.rs", 1),
    ("src/scenario/secrets.rs", 1),
    ("tests/it/births.rs", 1),
    ("tests/it/broken.rs", 2),
    ("tests/it/contract/qbitpay.rs", 1),
    ("tests/it/control/actions.rs", 1),
    ("tests/it/control/verify.rs", 1),
    ("tests/it/cryptopay/decisions.rs", 1),
    ("tests/it/cryptopay/edge_cases.rs", 4),
    ("tests/it/cryptopay/lists.rs", 2),
    ("tests/it/cryptopay/pages.rs", 1),
    ("tests/it/edge/control.rs", 1),
    ("tests/it/playing.rs", 4),
    ("tests/it/qbitpay/decisions.rs", 2),
    ("tests/it/qbitpay/documented.rs", 2),
    ("tests/it/qbitpay/ledger.rs", 1),
    ("tests/it/qbitpay/signatures.rs", 1),
    ("tests/it/quantapay/documented.rs", 2),
    ("tests/it/quantapay/edge_cases/webhooks.rs", 1),
    ("tests/it/quantapay/pages.rs", 2),
    ("tests/it/quantum_payouts/decisions.rs", 1),
    ("tests/it/quantum_payouts/documented.rs", 4),
    ("tests/it/quantum_payouts/edge_cases.rs", 1),
    ("tests/it/quantum_payouts/portal.rs", 1),
    ("tests/it/quoine/documented.rs", 1),
    ("tests/it/quoine/signature.rs", 1),
    ("tests/it/rules/asked_for.rs", 2),
    ("tests/it/rules/control.rs", 2),
    ("tests/it/rules/counting.rs", 1),
    ("tests/it/scenarios.rs", 5),
    ("tests/it/simulate/arbitrary.rs", 4),
    ("tests/it/simulate/cryptopay.rs", 1),
    ("tests/it/simulate/noise.rs", 2),
    ("tests/it/simulate/properties.rs", 1),
    ("tests/it/simulate/qbitpay.rs", 3),
];

/// The lines that are data: constants, statics and whatever rustfmt leaves alone.
struct Tables<'a> {
    lines: Vec<&'a str>,
    data: BTreeSet<usize>,
}

impl Tables<'_> {
    fn add(&mut self, span: Span) {
        self.data.extend(span.start().line..=span.end().line);
    }

    /// The same when the attributes at its head say that rustfmt shall skip it.
    fn add_skipped(&mut self, span: Span) {
        let head = self.lines[span.start().line - 1..].iter().map(|it| it.trim_start());
        if head.take_while(|it| it.starts_with('#') || it.starts_with("//")).any(|it| it.starts_with("#[rustfmt::skip]")) {
            self.add(span);
        }
    }
}

impl<'ast> Visit<'ast> for Tables<'_> {
    fn visit_item(&mut self, it: &'ast Item) {
        if matches!(it, Item::Const(_) | Item::Static(_)) {
            self.add(it.span());
        }
        self.add_skipped(it.span());
        visit::visit_item(self, it);
    }

    fn visit_impl_item(&mut self, it: &'ast ImplItem) {
        if matches!(it, ImplItem::Const(_)) {
            self.add(it.span());
        }
        self.add_skipped(it.span());
        visit::visit_impl_item(self, it);
    }

    fn visit_trait_item(&mut self, it: &'ast TraitItem) {
        self.add_skipped(it.span());
        visit::visit_trait_item(self, it);
    }

    fn visit_stmt(&mut self, it: &'ast Stmt) {
        self.add_skipped(it.span());
        visit::visit_stmt(self, it);
    }

    fn visit_arm(&mut self, it: &'ast Arm) {
        self.add_skipped(it.span());
        visit::visit_arm(self, it);
    }
}

/// The lines of a file that are too wide and no data, by number.
fn wide(source: &Source) -> Vec<usize> {
    let mut tables = Tables { lines: source.text.lines().collect(), data: BTreeSet::new() };
    tables.visit_file(&source.syntax());
    let numbered = tables.lines.iter().zip(1..).filter(|it| CHARS_MAX < it.0.chars().count());
    numbered.map(|it| it.1).filter(|it| !tables.data.contains(it)).collect()
}

#[test]
fn lines_are_narrow() {
    let found: BTreeMap<String, Vec<usize>> = sources().iter().map(|it| (it.path.clone(), wide(it))).collect();
    only("lines of more than 140 characters", &found, WIDE);
}

#[test]
fn tables_may_be_wide() {
    let row = "1, ".repeat(50);
    let lines = [
        format!("const A: &[u8] = &[{row}];"),
        format!("fn a() {{ let a = [{row}]; }}"),
        "/// A table.".to_owned(),
        "#[rustfmt::skip]".to_owned(),
        format!("fn b() {{ let a = [{row}]; }}"),
        format!("impl A {{ fn c() {{ let a = [{row}]; }}"),
        format!("#[rustfmt::skip] const B: &[u8] = &[{row}]; }}"),
    ];
    assert_eq!(wide(&Source { path: String::new(), text: lines.join("\n") }), [2, 6]);
}
