//! A saved state that was changed by hand is refused with the place, or it is what it says and is served.

use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::Request;
use playmoney::inside::providers;
use proptest::prelude::any;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use super::noise::{DAMAGES, places};
use super::{always, exported};
use crate::merchants::merchant;
use crate::tape::{SHOP, Tape};

/// What is done to a place of a document.
#[derive(Clone, Copy, Debug)]
enum Change {
    Deleted,
    Unknown,
    Reversed,
    Swapped,
    /// An item stands in its list once more.
    Twice,
    /// The member of the same name of the item before takes its place.
    Copied,
    Raised,
    Lowered,
    Written(&'static str),
}

const CHANGES: &[Change] = &[
    Change::Deleted,
    Change::Unknown,
    Change::Reversed,
    Change::Swapped,
    Change::Twice,
    Change::Copied,
    Change::Raised,
    Change::Lowered,
    Change::Written("javascript:alert(1)"),
    Change::Written("x"),
    Change::Written("default"),
    Change::Written("0001-01-01T00:00:00Z"),
];

fn start() -> Start {
    Start { webhook_url: Some(SHOP.to_owned()), journal_bytes_max: 20_000, ..Start::default() }
}

/// A state of each provider in which much has happened.
fn states() -> Vec<(&'static str, Json)> {
    let state = |slug: &'static str| {
        let mut shop = Tape::new(start());
        shop.play(merchant(slug).expect("a merchant").tapes[0]);
        (slug, exported(&mut shop))
    };
    providers::all().iter().map(|it| state(it.contract().slug)).collect()
}

/// The same document with one change; `None` when the place cannot be changed so.
fn changed(document: &Json, place: &str, change: Change) -> Option<Json> {
    let mut document = document.clone();
    let (outer, name) = place.rsplit_once('/')?;
    let name = name.replace("~1", "/").replace("~0", "~");
    match change {
        Change::Deleted => match document.pointer_mut(outer)? {
            Json::Object(members) => _ = members.remove(&name),
            Json::Array(items) => _ = items.remove(name.parse().ok()?),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => return None,
        },
        Change::Unknown => _ = document.pointer_mut(place)?.as_object_mut()?.insert("unknown".to_owned(), json!(1)),
        Change::Reversed => document.pointer_mut(place)?.as_array_mut().filter(|it| 1 < it.len())?.reverse(),
        Change::Swapped => {
            let items = document.pointer_mut(outer)?.as_array_mut()?;
            let last = items.len() - 1;
            items.swap(name.parse().ok()?, last);
        }
        Change::Twice => {
            let items = document.pointer_mut(outer)?.as_array_mut()?;
            let item = items.get(name.parse::<usize>().ok()?)?.clone();
            items.push(item);
        }
        Change::Copied => {
            let (list, index) = outer.rsplit_once('/')?;
            let before = index.parse::<usize>().ok()?.checked_sub(1)?;
            let value = document.pointer(list)?.get(before)?.get(&name)?.clone();
            *document.pointer_mut(place)? = value;
        }
        Change::Raised | Change::Lowered => {
            let by = if matches!(change, Change::Raised) { 1 } else { -1 };
            let number = document.pointer(place)?.as_i64()?;
            *document.pointer_mut(place)? = json!(number + by);
        }
        Change::Written(text) => *document.pointer_mut(place).filter(|it| it.is_string())? = json!(text),
    }
    Some(document)
}

/// Calls of every kind, none of which may fail with an error of the server.
fn serves(shop: &mut Tape, slug: &str, what: &str) {
    let contract = crate::asking::contract(slug);
    for row in contract.operations {
        let path = format!("/{slug}{}", row.path.replace("{id}", "1").replace("{hash}", "0x1"));
        let request = shop.dressed(Request::new(row.method.clone(), &path, row.example.unwrap_or("").as_bytes().to_vec()));
        assert!(shop.ask(request).status.as_u16() < 500, "{} after {what}", row.name);
    }
    let advance = shop.ask(Tape::control("POST", "clock/advance", &json!({"by": "1h"})));
    assert!(advance.status.as_u16() < 500, "{what}");
    for view in ["clock", "deliveries", "requests", "accounts", "rules", "state"] {
        assert_eq!(shop.ask(Tape::control("GET", view, &Json::Null)).status, 200, "{view} after {what}");
    }
}

/// Whether a change there has an effect at once, or is replaced by what the sandbox says of itself.
fn takes_effect(place: &str) -> bool {
    ["/core/name", "/core/redirect", "/core/agenda", "/core/outbox"].iter().any(|it| place.starts_with(it))
}

fn judged(slug: &str, document: &Json, place: &str, what: &str) {
    let mut shop = Tape::new(start());
    let before = exported(&mut shop);
    let response = shop.ask(Tape::control("PUT", "state", document));
    let text = String::from_utf8_lossy(&response.body).into_owned();
    assert!([200, 400, 422].contains(&response.status.as_u16()), "{} {what}: {text}", response.status);
    let after = exported(&mut shop);
    if response.status != 200 {
        assert_eq!(after, before, "{what} was refused, and yet changed something");
        return;
    }
    if !takes_effect(place) {
        assert_eq!(after, *document, "{what} was taken, and is saved otherwise");
    }
    serves(&mut shop, slug, what);
}

#[test]
fn i10_i24_a_changed_state_is_refused_or_is_what_it_says() {
    let states = states();
    for (slug, document) in &states {
        judged(slug, document, "", "nothing");
    }
    let lists: Vec<Vec<String>> = states
        .iter()
        .map(|(_, document)| {
            let mut found = Vec::new();
            places(document, "", &mut found);
            found
        })
        .collect();
    let strategy = (0..states.len(), any::<u32>(), select(CHANGES), select(DAMAGES), any::<bool>());
    always(300, &strategy, |(which, place, change, damage, is_damaged)| {
        let ((slug, document), places) = (&states[which], &lists[which]);
        let place = &places[usize::try_from(place).expect("small") % places.len()];
        let document = if is_damaged {
            let mut document = document.clone();
            *document.pointer_mut(place).expect("a place") = serde_json::from_str(damage).expect("JSON");
            Some(document)
        } else {
            changed(document, place, change)
        };
        let what = if is_damaged { format!("{damage} at {place}") } else { format!("{change:?} at {place}") };
        if let Some(document) = document {
            judged(slug, &document, place, &what);
        }
    });
}
