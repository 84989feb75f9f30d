//! What an assistant is given at once has a bound: lists are cut, long texts too, and the answer says so.

use serde_json::{Value as Json, json};

/// Bytes of an answer.
pub const ANSWER_BYTES_MAX: usize = 32 * 1024;
/// Bytes of one text in an answer that is cut.
const TEXT_BYTES_MAX: usize = 2_000;
/// Lists that are named as cut.
const LISTS_MAX: usize = 20;
/// The member that says what is missing.
const CUT: &str = "cut";

/// An answer as text, within the bound. Members with the name `spare` are the first that it leaves out. `advice` says how to get the rest.
pub fn json(mut answer: Json, spare: &str, advice: &str) -> String {
    let whole = answer.to_string();
    if whole.len() <= ANSWER_BYTES_MAX {
        return whole;
    }
    let spared = remove(&mut answer, spare);
    shorten(&mut answer);
    let mut totals: Vec<(String, usize)> = Vec::new();
    loop {
        let kept = totals.iter().filter_map(|(place, total)| Some((place, length(&answer, place)?, total)));
        let mut told: Vec<String> = kept.map(|(place, kept, total)| format!("{place}: the first {kept} of {total}")).collect();
        if LISTS_MAX < told.len() {
            let more = told.len() - LISTS_MAX;
            told.truncate(LISTS_MAX);
            told.push(format!("and {more} more lists"));
        }
        let mut text = answer.clone();
        if let Some(members) = text.as_object_mut() {
            let left_out = if 0 < spared { vec![spare] } else { Vec::new() };
            let cut = json!({"left_out": left_out, "lists": told, "texts": "at most 2,000 bytes each", "advice": advice});
            members.insert(CUT.to_owned(), cut);
        }
        let written = text.to_string();
        if written.len() <= ANSWER_BYTES_MAX {
            return written;
        }
        let Some(place) = largest_list(&answer) else { return self::text(&written, advice) };
        let Some(Json::Array(items)) = answer.pointer_mut(&place) else { return self::text(&written, advice) };
        if totals.iter().all(|it| it.0 != place) {
            totals.push((place, items.len()));
        }
        items.truncate(items.len() / 2);
    }
}

/// A text within the bound: whole lines, if it has any.
pub fn text(text: &str, advice: &str) -> String {
    if text.len() <= ANSWER_BYTES_MAX {
        return text.to_owned();
    }
    let mut kept = start(text, ANSWER_BYTES_MAX - 500);
    if let Some((lines, _)) = kept.rsplit_once('\n') {
        kept = lines;
    }
    format!("{kept}\n[cut: {} of {} bytes. {advice}]", kept.len(), text.len())
}

/// The first bytes of a text, up to this number, and no half character.
fn start(text: &str, bytes_max: usize) -> &str {
    let end = (0..=bytes_max.min(text.len())).rev().find(|it| text.is_char_boundary(*it)).unwrap_or(0);
    &text[..end]
}

/// Removes the members with that name, and returns their number.
fn remove(value: &mut Json, name: &str) -> usize {
    match value {
        Json::Array(items) => items.iter_mut().map(|it| remove(it, name)).sum(),
        Json::Object(members) => {
            let own = usize::from(members.remove(name).is_some());
            own + members.values_mut().map(|it| remove(it, name)).sum::<usize>()
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 0,
    }
}

/// Cuts long texts.
fn shorten(value: &mut Json) {
    match value {
        Json::String(text) if TEXT_BYTES_MAX < text.len() => {
            *text = format!("{}... [cut: {} bytes in all]", start(text, TEXT_BYTES_MAX), text.len());
        }
        Json::Array(items) => items.iter_mut().for_each(shorten),
        Json::Object(members) => members.values_mut().for_each(shorten),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// The JSON pointer to the list of several items that takes the most bytes; an outer one before those inside it.
fn largest_list(answer: &Json) -> Option<String> {
    fn look(value: &Json, place: &str, found: &mut Vec<(usize, String)>) -> usize {
        let inner = |own: &str| format!("{place}/{}", own.replace('~', "~0").replace('/', "~1"));
        let at = found.len();
        match value {
            Json::Array(items) => {
                let bytes =
                    2 + items.iter().enumerate().map(|(number, it)| 1 + look(it, &inner(&number.to_string()), found)).sum::<usize>();
                if 1 < items.len() {
                    found.insert(at, (bytes, place.to_owned()));
                }
                bytes
            }
            Json::Object(members) => 2 + members.iter().map(|(name, it)| name.len() + 4 + look(it, &inner(name), found)).sum::<usize>(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value.to_string().len(),
        }
    }
    let mut found = Vec::new();
    look(answer, "", &mut found);
    // Of two lists of one size, the first one found is the outer one.
    found.into_iter().rev().max_by_key(|it| it.0).map(|it| it.1)
}

fn length(answer: &Json, place: &str) -> Option<usize> {
    answer.pointer(place).and_then(Json::as_array).map(Vec::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_answer_is_cut_at_its_largest_list_and_says_so() {
        let small = json!({"requests": [{"id": 1}]});
        assert_eq!(json(small.clone(), "ways", "x"), small.to_string());
        let entry = |number: usize| json!({"id": number, "headers": ["a", "b"], "body": "b".repeat(400)});
        let answer = json!({"requests": (0..1_000).map(entry).collect::<Vec<_>>(), "truncated": false});
        let cut = json(answer, "headers", "narrow it");
        assert!(cut.len() <= ANSWER_BYTES_MAX && ANSWER_BYTES_MAX / 4 < cut.len(), "{}", cut.len());
        let cut: Json = serde_json::from_str(&cut).expect("JSON");
        let kept = cut["requests"].as_array().expect("a list").len();
        assert_eq!(cut["cut"]["lists"], json!([format!("/requests: the first {kept} of 1000")]));
        assert_eq!((&cut["cut"]["advice"], &cut["cut"]["left_out"]), (&json!("narrow it"), &json!(["headers"])));
        assert_eq!((&cut["requests"][0]["id"], &cut["requests"][0]["headers"]), (&json!(0), &Json::Null));
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_lines() {
        let answer = json!({"body": "ü".repeat(40_000)});
        let cut: Json = serde_json::from_str(&json(answer, "ways", "x")).expect("JSON");
        assert!(cut["body"].as_str().expect("text").ends_with("ü... [cut: 80000 bytes in all]"));
        let lines = "a line\n".repeat(10_000);
        let cut = text(&lines, "Ask for a section.");
        assert!(
            cut.len() <= ANSWER_BYTES_MAX && cut.ends_with("a line\n[cut: 32262 of 70000 bytes. Ask for a section.]"),
            "{}",
            &cut[cut.len() - 90..]
        );
        let wide: Json = (0..20_000).map(|it| (it.to_string(), json!("x"))).collect::<serde_json::Map<_, _>>().into();
        assert!(json(wide, "ways", "x").len() <= ANSWER_BYTES_MAX, "without a list, the text is cut");
    }
}
