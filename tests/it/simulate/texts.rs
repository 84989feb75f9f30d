//! Random texts: the text of a scenario is read, or refused with a place.

use std::sync::LazyLock;

use playmoney::inside::scenario::{Known, parse_rule, reference, yaml};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::{Index, select};

use super::always;
use crate::broken::{contracts, files, load};

/// The scenario with which a newcomer begins.
const STARTER: &str = include_str!("../../../src/cli/starter.yaml");

/// Pieces that have a meaning in YAML and in the grammar.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    "- ",
    ",",
    "\n",
    "\n  ",
    "\t",
    "#",
    "&a ",
    "*a",
    "|",
    ">",
    "\"",
    "'",
    "\\",
    "%",
    "@",
    "!x ",
    "---\n",
    "...\n",
    "? ",
    "<<: ",
    "~",
    "null",
    "true",
    "0",
    "-1",
    "1e400",
    ".inf",
    "0x1F",
    "99999999999999999999",
    "${",
    "}",
    "$${",
    "${a.b}",
    "${env:HOME|x}",
    "${inbox:a}",
    "version: 1\n",
    "rules:\n",
    "steps:\n",
    "providers:\n",
    "quoine",
    "quoine.createInvoice",
    "quoine:webhook",
    "when",
    "then",
    "probability",
    "gt",
    "matches",
    "(",
    "a{1000}{1000}",
    "é",
    "🧾",
    "\u{feff}",
    "\u{0}",
    "\u{85}",
    "\u{2028}",
    "\r\n",
    "2026-01-01T00:00:00Z",
    "30m",
    "-30m",
    "P9999Y",
];

static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| files().into_iter().map(|it| it.1).chain([STARTER.to_owned()]).collect());

/// A change of a text.
#[derive(Clone, Debug)]
enum Edit {
    Cut(Index, usize),
    Put(Index, &'static str),
    Copy(Index, usize, Index),
    Char(Index, char),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<Index>(), 1..20_usize).prop_map(|(at, n)| Edit::Cut(at, n)),
        (any::<Index>(), select(PIECES)).prop_map(|(at, it)| Edit::Put(at, it)),
        (any::<Index>(), 1..60_usize, any::<Index>()).prop_map(|(from, n, to)| Edit::Copy(from, n, to)),
        (any::<Index>(), any::<char>()).prop_map(|(at, it)| Edit::Char(at, it)),
    ]
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let mut all: Vec<char> = text.chars().collect();
    for it in edits {
        let place = |at: &Index, all: &[char]| at.index(all.len() + 1);
        match it {
            Edit::Cut(at, n) => {
                let from = place(at, &all);
                let to = (from + n).min(all.len());
                all.drain(from..to);
            }
            Edit::Put(at, piece) => {
                let at = place(at, &all);
                all.splice(at..at, piece.chars());
            }
            Edit::Copy(from, n, to) => {
                let from = place(from, &all);
                let piece: Vec<char> = all[from..(from + n).min(all.len())].to_vec();
                let to = place(to, &all);
                all.splice(to..to, piece);
            }
            Edit::Char(at, it) => {
                let at = place(at, &all);
                all.insert(at, *it);
            }
        }
    }
    all.into_iter().collect()
}

fn text() -> impl Strategy<Value = String> {
    let mutated = ((0..TEXTS.len()), vec(edit(), 0..8)).prop_map(|(n, edits)| edited(&TEXTS[n], &edits));
    let pieces = vec(select(PIECES), 0..30).prop_map(|it| it.concat());
    prop_oneof![8 => mutated, 2 => pieces, 1 => ".{0,80}".prop_map(String::from)]
}

/// A mistake has a place inside the text, on the borders of characters, and a message of bounded length.
fn is_told(text: &str, mistakes: &playmoney::inside::scenario::Mistakes) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    assert!(!mistakes.all.is_empty());
    for it in &mistakes.all {
        for at in [Some(&it.at), it.also.as_ref().map(|it| &it.0)].into_iter().flatten() {
            assert!(at.start <= at.end && text.get(at.clone()).is_some(), "{it:?} in {text:?}");
        }
        assert!(!it.what.is_empty() && it.what.len() < 4_000, "{it:?}");
    }
    let told = mistakes.render(false);
    assert!(told.len() < 100_000, "{told}");
    for it in mistakes.to_json().as_array().expect("a list") {
        let line = usize::try_from(it["line"].as_u64().expect("a line")).expect("small");
        assert!((1..=text.matches('\n').count() + 1).contains(&line) && it["column"].as_u64().is_some_and(|it| 0 < it), "{it}");
    }
    assert!(!mistakes.in_words().is_empty());
}

#[test]
fn i24_any_text_is_a_scenario_or_is_refused_with_a_place() {
    always(3_000, &text(), |text| {
        if let Err(mistakes) = load("a.yaml", &text) {
            is_told(&text, &mistakes);
        }
    });
}

#[test]
fn i24_any_text_is_a_rule_or_is_refused_with_a_place() {
    let contracts = contracts();
    let known = Known { contracts: &contracts, environment: None };
    always(1_500, &text(), |text| {
        if let Err(mistakes) = parse_rule(&text, known) {
            is_told(&text, &mistakes);
        }
    });
}

#[test]
fn a_tree_is_json_again() {
    always(1_500, &text(), |text| {
        if let Ok(node) = yaml::parse(&text) {
            let json = node.to_json();
            assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{text:?} became {json}");
            assert!(text.get(node.at.clone()).is_some());
        }
    });
}

#[test]
fn pieces_of_a_text_are_the_text_again() {
    always(2_000, &text(), |text| {
        let Ok(pieces) = reference::pieces(&text) else { return };
        let written = |it: &reference::Piece<'_>| match it {
            reference::Piece::Plain(it) => (*it).to_owned(),
            reference::Piece::Saved { .. } | reference::Piece::Environment { .. } | reference::Piece::Inbox(_) => String::new(),
        };
        let plain: String = pieces.iter().map(written).collect();
        let refers = pieces.iter().any(|it| !matches!(it, reference::Piece::Plain(_)));
        assert!(refers || plain == text.replace("$${", "${"), "{text:?} became {plain:?}");
    });
}

#[test]
fn the_starter_is_good() {
    assert!(load("starter.yaml", STARTER).is_ok());
}
