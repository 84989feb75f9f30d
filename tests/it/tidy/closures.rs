//! `it` is the argument of the innermost closure.

use std::collections::BTreeMap;

use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, ExprClosure, Macro, PatIdent, Token};

use super::{only, sources};

/// Closures whose `it` stands within another closure's, by file.
#[rustfmt::skip]
const NESTED: &[(&str, usize)] = &[
    ("src/cli/run/report.rs", 1),
    ("src/control/journal.rs", 1),
    ("src/engine/lifecycle/tests.rs", 1),
    ("src/engine/log/tests.rs", 2),
    ("src/engine/tables.rs", 2),
    ("src/scenario/mistakes.rs", 1),
    ("src/scenario/mod.rs", 1),
    ("tests/it/contract/names.rs", 1),
];

/// How many closures with an `it` are around, and in which lines others stand inside of them.
#[derive(Default)]
struct Closures {
    depth: usize,
    nested: Vec<usize>,
}

/// Whether a pattern has the name `it`.
#[derive(Default)]
struct Names {
    has_it: bool,
}

impl<'ast> Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        self.has_it |= pattern.ident == "it";
    }
}

impl<'ast> Visit<'ast> for Closures {
    fn visit_expr_closure(&mut self, closure: &'ast ExprClosure) {
        let mut names = Names::default();
        closure.inputs.iter().for_each(|it| names.visit_pat(it));
        if names.has_it && 0 < self.depth {
            self.nested.push(closure.or1_token.span.start().line);
        }
        self.depth += usize::from(names.has_it);
        visit::visit_expr_closure(self, closure);
        self.depth -= usize::from(names.has_it);
    }

    /// A macro's arguments count when they are expressions.
    fn visit_macro(&mut self, it: &'ast Macro) {
        let arguments = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(it.tokens.clone());
        arguments.into_iter().flatten().for_each(|it| self.visit_expr(&it));
    }
}

/// The lines of a file with such closures.
fn nested(syntax: &syn::File) -> Vec<usize> {
    let mut closures = Closures::default();
    closures.visit_file(syntax);
    closures.nested
}

#[test]
fn it_means_one_thing() {
    let found: BTreeMap<String, Vec<usize>> = sources().into_iter().map(|it| (it.path.clone(), nested(&it.syntax()))).collect();
    only("closures whose `it` stands within another closure's; name the outer one", &found, NESTED);
}

#[test]
fn nested_closures_are_found() {
    let code = "fn a() { b.map(|it| it.all(|it| it)).map(|(n, it)| c(|d| assert!(d.any(|it: &u8| it == n)))).map(|e| e.map(|it| it)); }";
    assert_eq!(nested(&syn::parse_file(code).expect("Rust")), [1, 1]);
}
