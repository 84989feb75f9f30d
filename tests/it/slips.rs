//! What a first scenario gets wrong, and what its author is told.

use serde_json::Value as Json;

use crate::broken::load;

/// A text, the line of the mistake, the sentence, and the advice.
type Row = (&'static str, usize, &'static str, &'static str);

const CALL: &str = "version: 1\nsteps:\n  - call: quoine.createInvoice\n";

#[rustfmt::skip]
const IN_BRACES: &[Row] = &[
    ("    with: { invoice: ${invoice.id} }\n",              4, "a reference in braces has to stand in quotes", "write \"${invoice.id}\""),
    ("    with: { invoice: ${invoice.id}, amount: 0.2 }\n", 4, "a reference in braces has to stand in quotes", "write \"${invoice.id}\""),
    ("    with: { a: 1, url: ${inbox:shop} }\n",            4, "a reference in braces has to stand in quotes", "write \"${inbox:shop}\""),
    ("    with: {\n      id: ${invoice.id}\n    }\n",       5, "a reference in braces has to stand in quotes", "write \"${invoice.id}\""),
    ("    with: { ids: [${invoice.id}] }\n",                4, "a reference in brackets has to stand in quotes", "write \"${invoice.id}\""),
    ("    with: { id: order-${invoice.id} }\n",             4, "a reference in braces has to stand in quotes", "put the whole text in quotes, with the reference in it"),
    ("    with: { id: \u{ecc0e}[a: b] }\n",                   4, "a comma is missing in this mapping in braces", "add the comma, or the closing }"),
    ("    with: { id: ${env:KEY|a secret} }\n",             4, "a reference in braces has to stand in quotes", "put the whole text in quotes, with the reference in it"),
    ("    with: { id: {{ invoice.id }} }\n",                4, "a reference is written with one $ and one pair of braces", "write \"${invoice.id}\""),
    ("    with: { price: \"1\" name: x }\n",                4, "a comma is missing before `name`", "separate the members with commas"),
    ("    with: { price: \"1\" },\n",                       4, "a comma cannot end this line", "remove it: commas stand only inside braces and brackets"),
    ("    with: { price: 1\n  - advance: 1h\n",             4, "this bracket is never closed", "add the }"),
    ("    with: { ids: [1, 2\n    expect: { status: 200 }\n", 4, "this bracket is never closed", "add the ]"),
    ("    with: { price: \"1 }\n  - advance: 1h\n",         4, "the text that begins here has no closing quote", "add the quote"),
];

#[rustfmt::skip]
const IN_COLUMNS: &[Row] = &[
    ("      with: { price: \"1\" }\n",                      4, "`with` is indented deeper than `call`", "put `with` in the same column as `call`"),
    ("      with:\n        price: \"1\"\n",                 4, "`with` is indented deeper than `call`", "put `with` in the same column as `call`"),
    ("    with:\n      price: \"1\"\n        name: x\n",    6, "`name` is indented deeper than `price`", "put `name` in the same column as `price`"),
    ("    with:\n      price: 1\n        name: x\n",        6, "`name` is indented deeper than `price`", "put `name` in the same column as `price`"),
    ("    with: { price: \"1\" }\n      save: x\n",         5, "`save` is indented deeper than `with`", "put `save` in the same column as `with`"),
    ("      # a comment\n\n      with: { price: \"1\" }\n", 6, "`with` is indented deeper than `call`", "put `with` in the same column as `call`"),
    ("   with: { price: \"1\" }\n",                         4, "`with` is indented less than `call`", "put `with` in the same column as `call`"),
    ("  with: { price: \"1\" }\n",                          4, "a list goes on here, and the dash before `with` is missing", "write `- with` for a new item; put `with` in the column of `call` if it belongs to the item before"),
    ("  advance: 1h\n",                                     4, "a list goes on here, and the dash before `advance` is missing", "write `- advance` for a new item; put `advance` in the column of `call` if it belongs to the item before"),
    ("\twith: { price: 1 }\n",                              4, "this line is indented with a tab", "indent with spaces"),
    ("    expect:\n    status: 200\n",                      4, "an answer is a mapping, and this is nothing", "write its lines below it, indented deeper; its names are status, headers, body, error"),
    ("    status: 200\n",                                   4, "a call has no `status`", "`status` belongs into `expect`: indent it deeper than `expect`"),
];

#[rustfmt::skip]
const IN_SIGNS: &[Row] = &[
    ("    title: wait: an hour\n",                          4, "this line has a second `:`", "put the text with the second `:` in quotes, or begin a new line"),
    ("    title: \"a\" save: x\n",                          4, "`save` stands behind a value", "begin a new line with it"),
    ("    title: 'the customer's order'\n",                 4, "there is text after the closing quote", "put the whole text into the quotes; inside single quotes write a single quote twice"),
    ("    expect: 200\n",                                   4, "an answer is a mapping, and this is the number `200`", "write { status: 200 }"),
    ("    expect: {status:200}\n",                          4, "an answer has no `status:200`", "write `status: ...`, with a space after the colon"),
    ("    expect: {status 200}\n",                          4, "an answer has no `status 200`", "write `status: ...`, with a colon and a space"),
    ("  - advance:1h\n",                                    4, "this has to be a mapping that begins with what the step does, not the text `advance:1h`", "write `advance: ...`, with a space after the colon"),
    ("  - advance 1h\n",                                    4, "this has to be a mapping that begins with what the step does, not the text `advance 1h`", "write `advance: ...`, with a colon and a space"),
    ("  - advance: 30\n",                                   4, "this has to be a duration such as 31m or PT31M, not the number `30`", "add the unit: 30s, 30m or 30h"),
    ("    expect: { status: 2xx }\n",                        4, "this is compared with a number, and the text `2xx` never equals a number", "write { gte: 200, lt: 300 }"),
    ("    expect: { status: 5XX }\n",                        4, "this is compared with a number, and the text `5XX` never equals a number", "write { gte: 500, lt: 600 }"),
    ("  - call: quoine.pay\n",                              4, "Quoine Payment has no operation `pay`", "`pay` is an action: write `act: quoine.pay`"),
    ("  - act: quoine.createInvoice\n",                     4, "Quoine Payment has no action `createInvoice`", "`createInvoice` is an operation: write `call: quoine.createInvoice`"),
    ("  - call: GET /api/v1/invoices/1\n",                  4, "this has to be an operation such as quoine.createInvoice, not the text `GET /api/v1/invoices/1`", "the operation with this path is `quoine.getInvoice`"),
    ("  - wait: 5s\n",                                      4, "no step is named `wait`", "time passes with `advance: 5s`"),
    ("  - sleep: 5s\n",                                     4, "no step is named `sleep`", "time passes with `advance: 5s`"),
    ("  - repeat: 3\n",                                     4, "a repetition is a mapping, and this is the number `3`", "write { times: 3, steps: [...] }"),
    ("  - { receiver: quoine, respond: 500 }\n",            4, "this has to be a list of answers, not the number `500`", "write [500]"),
    ("  - rule: { on: quoine.*, then: { patch: { invoice_status: x } } }\n", 4, "a patch has no `invoice_status`", "write it under `set`: { set: { invoice_status: ... } }"),
    ("  - rule: { on: quoine.*, then: { patch: { remove: b } } }\n", 4, "this has to be a list, not the text `b`", "write [b]"),
    ("  - rule: { on: quoine:webhook, then: { drop: yes } }\n", 4, "this has to be true, not the text `yes`", "write it as `true`, without quotes"),
    ("  - rule: { on: quoine:webhook, then: { drop: no } }\n",  4, "this has to be true, not the text `no`", "to switch it off, remove it"),
    ("    \u{a0}with: { price: \"1\" }\n",                  4, "a call has no `\u{a0}with`", "a no-break space (U+00A0) stands beside `with`: write an ordinary space"),
];

#[rustfmt::skip]
const AT_THE_TOP: &[Row] = &[
    ("version: 1\nname: x\n  seed: 7\n",                    3, "`seed` is indented deeper than `name`", "put `seed` in the same column as `name`"),
    ("version: 1\nname: \"x\"\n  seed: 7\n",                3, "`seed` is indented deeper than `name`", "put `seed` in the same column as `name`"),
    ("version: 1\n  name: x\n",                             2, "`name` is indented deeper than `version`", "put `name` in the same column as `version`"),
    ("version: 1\nname:x\n",                                2, "this line has to begin with a name, a colon and a space", "write `name: value`, with a space after the colon"),
    ("version = 1\n",                                       1, "a scenario is a mapping, and this is the text `version = 1`", "begin with `version: 1`; `playmoney init` writes a first scenario"),
    ("version: 1\nsteps:\n  call: quoine.getInvoice\n",     3, "this has to be a list, not a mapping", "each item begins with `- `"),
    ("version: 1\nsteps:\n  -advance: 1h\n",                3, "this has to be a list, not a mapping", "a space is missing after the dash"),
    ("version: 1\nclock: { now: 2026-01-01 }\n",            2, "`2026-01-01` is not an RFC 3339 time: write 2026-01-01T00:00:00Z", ""),
    ("version: 1\nclock: frozen\n",                         2, "a clock is a mapping, and this is the text `frozen`", "write { mode: frozen }"),
    ("version: 1\nmode: frozen\n",                          2, "a scenario has no `mode`", "`mode` belongs into `clock`: indent it deeper than `clock`"),
    ("{\n  \"version\": 1\n  \"name\": \"x\"\n}\n",         3, "a comma is missing in this mapping in braces", "add the comma, or the closing }"),
    ("{\n  \"version\": \"1\" \"name\": \"x\"\n}\n",        2, "a comma is missing before `name`", "separate the members with commas"),
    ("version: 1\nrules:\n  - on: quoine.*\n    then: { status: 500\nsteps:\n  - advance: 1h\n", 4, "this bracket is never closed", "add the }"),
    ("version: 1\nrules:\n  - on: quoine.createInvoice\n    error: usage_limit\n", 4, "a rule has no `error`", "`error` belongs into `then`: indent it deeper than `then`"),
];

/// What is wrong with the answer to a text.
fn wrong((text, line, sentence, help): &Row, before: &str) -> Option<String> {
    let text = format!("{before}{text}");
    let Err(told) = load("a.yaml", &text) else { return Some(format!("this is not refused:\n{text}")) };
    let found = |it: &Json| it["line"] == *line && it["message"] == *sentence && it["help"].as_str().unwrap_or("") == *help;
    let is_told = told.to_json().as_array().is_some_and(|it| it.iter().any(found));
    (!is_told).then(|| format!("{text}\nshould be line {line}: {sentence} ({help})\n{}", told.render(false)))
}

#[test]
fn the_usual_slips_are_told_with_the_right_advice() {
    let behind_a_call = [IN_BRACES, IN_COLUMNS, IN_SIGNS].concat();
    let all = behind_a_call.iter().map(|it| wrong(it, CALL)).chain(AT_THE_TOP.iter().map(|it| wrong(it, "")));
    let all: Vec<String> = all.flatten().collect();
    assert!(all.is_empty(), "{}", all.join("\n----\n"));
}

#[test]
fn a_tag_is_refused_wherever_it_stands() {
    for (name, at) in [("!!binary aGk=", 7), ("!!str a", 7), ("[a, !!str b]", 11), ("\"!!str a\"", 0), ("wow!! a", 0)] {
        let read = load("a.yaml", &format!("version: 1\nname: {name}\n"));
        let told = read.err().map(|it| it.to_json()[0].clone()).unwrap_or_default();
        assert_eq!(
            (told["column"].as_u64(), told["message"].as_str().is_some_and(|it| it.contains("is a tag"))),
            ((at != 0).then_some(at), at != 0),
            "{name}: {told}"
        );
    }
}
