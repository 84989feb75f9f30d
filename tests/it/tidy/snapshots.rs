//! Every accepted snapshot is a test's.
//!
//! The names are read from the calls of `check`, `snapshot` and `story` in the code, so a run of a few tests knows all of them,
//! and nothing that an earlier run left behind counts.

use std::collections::BTreeSet;

use playmoney::inside::providers;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, Lit, LitStr};

use super::{paths, root, sources};
use crate::cli::pages::{COMMANDS, DESCRIBED, WIDTHS};

/// Names that are made where the test runs: by which text, and what they are.
const FAMILIES: &[Family] = &[
    ("broken/{name}", broken),
    ("contract/{name}", pages),
    ("contract/{}.{}.json", first_operations),
    ("contract/{}.openapi", documents),
    ("cli/help_{name}_{columns}", || at_each_width(COMMANDS.iter().map(|it| format!("cli/help_{it}")))),
    ("cli/help_{columns}", || at_each_width(["cli/help".to_owned()])),
    ("cli/clients_{columns}", || at_each_width(["cli/clients".to_owned()])),
    ("cli/long_words_{columns}", || at_each_width(["cli/long_words".to_owned()])),
    ("cli/describe_{number}_{columns}", || at_each_width((0..DESCRIBED.len()).map(|it| format!("cli/describe_{it}")))),
];

type Family = (&'static str, fn() -> Vec<String>);

fn broken() -> Vec<String> {
    let files = paths(&root().join("tests/broken")).into_iter().filter(|it| it.extension() == Some("yaml".as_ref()));
    files.filter_map(|it| Some(format!("broken/{}", it.file_stem()?.to_str()?))).collect()
}

fn at_each_width(names: impl IntoIterator<Item = String>) -> Vec<String> {
    names.into_iter().flat_map(|name| WIDTHS.map(|columns| format!("{name}_{columns}"))).collect()
}

fn pages() -> Vec<String> {
    let mut names = vec!["contract/providers".to_owned()];
    for contract in providers::all().into_iter().map(|it| it.contract()) {
        names.push(format!("contract/{}", contract.slug));
        names.extend(contract.operations.iter().map(|it| format!("contract/{}.{}", contract.slug, it.name)));
    }
    names
}

fn first_operations() -> Vec<String> {
    let contracts = providers::all().into_iter().map(|it| it.contract());
    contracts.map(|it| format!("contract/{}.{}.json", it.slug, it.operations[0].name)).collect()
}

fn documents() -> Vec<String> {
    providers::all().iter().map(|it| format!("contract/{}.openapi", it.contract().slug)).collect()
}

/// The first arguments of the calls that compare a snapshot, each with the function's name.
#[derive(Default)]
struct Calls(Vec<(String, String)>);

impl<'ast> Visit<'ast> for Calls {
    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        let called = if let Expr::Path(it) = &*call.func { it.path.segments.last().map(|it| it.ident.to_string()) } else { None };
        let called = called.filter(|it| ["check", "snapshot", "story"].contains(&it.as_str()));
        self.0.extend(called.zip(call.args.first().and_then(text)));
        visit::visit_expr_call(self, call);
    }
}

/// A literal, or the one that a `format!` begins with.
fn text(argument: &Expr) -> Option<String> {
    if let Expr::Reference(it) = argument {
        return text(&it.expr);
    }
    if let Expr::Macro(it) = argument {
        let first = it.mac.tokens.clone().into_iter().next()?;
        return Some(syn::parse2::<LitStr>(first.into()).ok()?.value());
    }
    let Expr::Lit(it) = argument else { return None };
    if let Lit::Str(it) = &it.lit { Some(it.value()) } else { None }
}

/// Every name that the tests compare something with.
fn used() -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for source in sources() {
        let Some(name) = source.below("tests/it") else { continue };
        let mut calls = Calls::default();
        calls.visit_file(&source.syntax());
        // The stories of a provider have its folder before their names.
        let folder = name.split(['/', '.']).next().unwrap_or_default();
        for (called, text) in calls.0 {
            let family = FAMILIES.iter().find(|it| it.0 == text);
            match (called.as_str(), family) {
                ("story", _) => _ = used.insert(format!("{folder}/{text}")),
                (_, Some((_, names))) => used.extend(names()),
                _ if text == format!("{folder}/{{name}}") => {} // this is `story` itself
                _ if text.contains('{') => panic!("{}: which snapshots does {text} name? FAMILIES shall say it", source.path),
                _ => _ = used.insert(text),
            }
        }
    }
    used
}

#[test]
fn every_snapshot_is_used_by_a_test() {
    let folder = root().join("snapshots");
    let files = paths(&folder).into_iter().map(|it| it.strip_prefix(&folder).expect("below").to_string_lossy().replace('\\', "/"));
    let files: BTreeSet<String> = files.collect();
    let used: BTreeSet<String> = used().into_iter().map(|it| format!("{it}.snap")).collect();
    let unused: Vec<_> = files.difference(&used).collect();
    assert!(unused.is_empty(), "no test names {unused:?}");
    let missing: Vec<_> = used.difference(&files).collect();
    assert!(missing.is_empty(), "these snapshots are missing: {missing:?}");
}
