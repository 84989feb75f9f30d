//! Any text is taken apart, and put together again with what steps have saved.
#![no_main]

use libfuzzer_sys::fuzz_target;
use playmoney::inside::scenario::reference::{Piece, Saved, pieces, resolved};
use playmoney::inside::scenario::yaml::{Node, What};

fuzz_target!(|text: &str| {
    let Ok(found) = pieces(text) else { return };
    let refers = found.iter().any(|it| !matches!(it, Piece::Plain(_)));
    let saved = Saved::from([("a".to_owned(), serde_json::json!({"b": [1, {"c": "${a}"}], "d": null}))]);
    let node = Node { at: 0..text.len(), what: What::Text(text.to_owned()) };
    match resolved(&node, &saved) {
        Ok(it) => assert!(refers || it.what == What::Text(text.replace("$${", "${")), "a plain text is what it was"),
        Err(why) => assert!(refers && !why.is_empty(), "only references lead nowhere"),
    }
});
