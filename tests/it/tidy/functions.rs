//! Functions are short, and say in words what a `bool` would leave open.

use std::collections::BTreeMap;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, FnArg, ImplItemFn, ItemFn, ItemImpl, Signature, TraitItemFn, Type};

use super::{only, sources};

/// A function that is longer becomes two.
const LINES_MAX: usize = 60;

/// Functions that are still longer, each with how many lines.
#[rustfmt::skip]
const LONG: &[(&str, usize)] = &[];

/// Functions that still take a `bool`, each with how many.
#[rustfmt::skip]
const BOOLS: &[(&str, usize)] = &[
    ("src/cli/run/report.rs::of", 1),
    ("src/cli/serve/greeting.rs::credentials", 1),
    ("src/control/inbox.rs::poll", 1),
    ("src/control/mod.rs::poll", 1),
    ("src/engine/chain.rs::watch", 1),
    ("src/engine/chain/tests.rs::watch", 1),
    ("src/engine/context.rs::is_paced_from_outside", 1),
    ("src/engine/context.rs::lead", 1),
    ("src/engine/rules.rs::add", 1),
    ("src/engine/rules.rs::put", 1),
    ("src/engine/world/posting.rs::arrive", 1),
    ("src/kit/diagnosis.rs::when_rewritten", 1),
    ("src/providers/qbitpay/wire/events.rs::event", 1),
    ("src/providers/quantapay/lifecycle.rs::pay_fee", 1),
    ("src/providers/quantapay/pages.rs::panel", 1),
    ("src/providers/quantum_payouts/wire/payouts.rs::order_number", 1),
    ("src/providers/quantum_payouts/wire/webhook.rs::event", 1),
    ("src/providers/quantum_payouts/wire/webhook.rs::settings", 2),
    ("src/providers/quoine/auth.rs::uris", 1),
    ("src/sandbox/tickets.rs::hand_out", 1),
    ("src/scenario/mistakes.rs::render", 1),
    ("src/stage/answers.rs::judge_answer", 1),
];

struct Function {
    name: String,
    /// The lines beyond as many as there may be, from its first word to its last brace.
    beyond: Vec<usize>,
    /// Where it takes a `bool`.
    bools: Vec<usize>,
}

#[derive(Default)]
struct Functions {
    found: Vec<Function>,
    /// Whether a trait that is written elsewhere decides on the parameters.
    is_of_trait: bool,
}

impl Functions {
    fn add(&mut self, signature: &Signature, block: Option<&Block>) {
        let first = signature.span().start().line;
        let beyond = block.map_or_else(Vec::new, |it| (first + LINES_MAX..=it.span().end().line).collect());
        let types = signature.inputs.iter().filter_map(|it| if let FnArg::Typed(it) = it { Some(&*it.ty) } else { None });
        let bools = types.filter(|it| !self.is_of_trait && matches!(it, Type::Path(it) if it.path.is_ident("bool")));
        let bools = bools.map(|it| it.span().start().line).collect();
        self.found.push(Function { name: signature.ident.to_string(), beyond, bools });
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_impl(&mut self, it: &'ast ItemImpl) {
        let outer = std::mem::replace(&mut self.is_of_trait, it.trait_.is_some());
        visit::visit_item_impl(self, it);
        self.is_of_trait = outer;
    }

    fn visit_item_fn(&mut self, it: &'ast ItemFn) {
        self.add(&it.sig, Some(&it.block));
        visit::visit_item_fn(self, it);
    }

    fn visit_impl_item_fn(&mut self, it: &'ast ImplItemFn) {
        self.add(&it.sig, Some(&it.block));
        visit::visit_impl_item_fn(self, it);
    }

    fn visit_trait_item_fn(&mut self, it: &'ast TraitItemFn) {
        self.add(&it.sig, it.default.as_ref());
        visit::visit_trait_item_fn(self, it);
    }
}

/// Every function, by file and name.
fn functions() -> Vec<(String, Function)> {
    let mut all = Vec::new();
    for source in sources() {
        let mut found = Functions::default();
        found.visit_file(&source.syntax());
        all.extend(found.found.into_iter().map(|it| (format!("{}::{}", source.path, it.name), it)));
    }
    assert!(1_000 < all.len());
    all
}

#[test]
fn functions_are_short() {
    let long: BTreeMap<String, Vec<usize>> = functions().into_iter().map(|(name, it)| (name, it.beyond)).collect();
    only("lines of functions beyond the sixtieth", &long, LONG);
}

#[test]
fn no_function_takes_a_bool() {
    let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (name, it) in functions() {
        found.entry(name).or_default().extend(it.bools);
    }
    only("parameters of the type `bool`; an enum with two words says more", &found, BOOLS);
}

#[test]
fn functions_are_found_wherever_they_are() {
    let long = "\n".repeat(LINES_MAX);
    let code = format!(
        "trait A {{ fn a(&self, it: bool) {{ {long} }} fn b(it: bool, other: Option<bool>); }}
        mod c {{ impl A for B {{ async fn d(it: bool) {{ fn e() {{}} }} }} impl B {{ fn f(it: bool) {{}} }} }}"
    );
    let mut found = Functions::default();
    found.visit_file(&syn::parse_file(&code).expect("Rust"));
    let told: Vec<_> = found.found.iter().map(|it| (it.name.as_str(), it.beyond.len(), it.bools.len())).collect();
    assert_eq!(told, [("a", 1, 1), ("b", 0, 1), ("d", 0, 0), ("e", 0, 0), ("f", 0, 1)]);
}
