//! Every code that a test's name begins with is explained.

use syn::ItemFn;
use syn::visit::{self, Visit};

use super::{root, sources};

const SECTION: &str = "## Codes in test names";

/// The names of the tests of a file.
#[derive(Default)]
struct Tests(Vec<String>);

impl<'ast> Visit<'ast> for Tests {
    fn visit_item_fn(&mut self, it: &'ast ItemFn) {
        if it.attrs.iter().any(|own| own.path().segments.last().is_some_and(|it| it.ident == "test")) {
            self.0.push(it.sig.ident.to_string());
        }
        visit::visit_item_fn(self, it);
    }
}

/// The codes at the head of a name, each a letter and a number.
fn codes(name: &str) -> impl Iterator<Item = (char, &str)> {
    let parts = name.split('_').map_while(|it| Some((it.chars().next()?, it.get(1..)?)));
    parts.take_while(|(letter, number)| "itea".contains(*letter) && !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit()))
}

#[test]
fn every_code_in_a_test_name_is_explained() {
    let architecture = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("text");
    let section = architecture.split_once(SECTION).expect("the section").1.split("\n## ").next().unwrap_or_default();
    let silences: u32 = section.split_once("`a1` to `a").and_then(|it| it.1.split('`').next()?.parse().ok()).expect("`a1` to the last");
    let mut seen = 0;
    for source in sources() {
        let mut tests = Tests::default();
        tests.visit_file(&source.syntax());
        for (name, letter, number) in tests.0.iter().flat_map(|name| codes(name).map(move |it| (name, it.0, it.1))) {
            let explained = match letter {
                // Each provider numbers its edge cases for itself, and the names say the rest.
                'e' => section.contains("`e01`"),
                'a' => number.parse().is_ok_and(|it: u32| (1..=silences).contains(&it)),
                _ => section.contains(&format!("| {}{number} |", letter.to_uppercase())),
            };
            assert!(explained, "{}: {name} needs a line for {letter}{number} in ARCHITECTURE.md", source.path);
            seen += 1;
        }
    }
    assert!(100 < seen);
}

#[test]
fn codes_stand_at_the_head_of_a_name() {
    let found = |name| codes(name).map(|(letter, number)| format!("{letter}{number}")).collect::<Vec<_>>();
    assert_eq!(found("i1_t22_an_i3_stays"), ["i1", "t22"]);
    assert_eq!(found("a_test_e1"), Vec::<String>::new());
}
