//! What answers rest on, as tables: lines of a tape, and below a request `=> TAG ROW`, which its header and its entry in
//! the journal have to say.

use serde_json::{Value as Json, json};

use crate::tape::Tape;

/// Plays the lines, compares every `=>`, and says how many there were. Rows have names without the slug.
pub fn weigh(shop: &mut Tape, slug: &str, table: &str) -> usize {
    let (mut asked, mut header, mut compared) = (String::new(), String::new(), 0);
    let mut wrong = Vec::new();
    for line in table.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#')) {
        // Below an answer that had to wait only the journal is compared: it has no such header.
        let (expected, has_header) = line.strip_prefix("=> ").map_or_else(|| (line.strip_prefix("-> "), false), |it| (Some(it), true));
        if let Some(expected) = expected {
            let (tag, row) = expected.split_once(' ').expect("TAG ROW");
            let row = format!("{slug}.{row}");
            let entry = latest(shop);
            let is_said = !has_header || header == format!("{tag}; row={row}");
            if !is_said || entry["evidence"] != json!(tag) || entry["row"] != json!(row) {
                wrong.push(format!("{asked}\n  expected {tag}; row={row}\n  header   {header}\n  journal  {entry}"));
            }
            compared += 1;
        } else if ["merchant ", "restart", "wait "].iter().any(|it| line.starts_with(it)) {
            shop.play(line);
        } else if let Some(request) = shop.request(line) {
            let response = shop.ask(request);
            shop.note(&response);
            line.clone_into(&mut asked);
            let evidence = response.headers.get("playmoney-evidence").map_or("", |it| it.to_str().expect("text"));
            evidence.clone_into(&mut header);
            let is_control = ["act ", "set ", "advance ", "control "].iter().any(|it| line.starts_with(it));
            assert!(!is_control || response.status.is_success(), "{line}: {}", String::from_utf8_lossy(&response.body));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    compared
}

/// The evidence of the latest request to a provider.
fn latest(shop: &mut Tape) -> Json {
    let journal = shop.admin("GET", "requests", &Json::Null);
    journal["requests"].as_array().and_then(|it| it.last()).expect("a request")["evidence"].clone()
}
