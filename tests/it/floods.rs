//! Texts that repeat one thing up to the bound of a scenario. Each is read or refused in a time that is linear in its
//! length: a quadratic step would take minutes here.

use playmoney::inside::scenario::mistakes::REPORTED_MAX;

use crate::broken::load;

/// Bytes of a text. At a third of the bound a quadratic step is slow enough to be noticed.
const BYTES: usize = 300_000;

fn repeated(unit: &str) -> String {
    unit.repeat(BYTES / unit.len())
}

#[test]
fn t10_a_text_of_one_sign_is_refused_with_its_place() {
    for unit in [":", ":-?", "a:", "-:", "?:", "!:", "&:", "*:", "token: x ", "'a' :", "{", "[", "? ", "- ", "\"", "!a ", "&a ", "*a "] {
        for (before, after) in [("", ""), ("name: {", "}")] {
            let text = format!("{before}{}{after}", repeated(unit));
            let mistakes = load("flood.yaml", &text).err().unwrap_or_else(|| panic!("{unit} is a scenario"));
            let first = &mistakes.all[0];
            assert!(first.at.end <= text.len() && !first.what.is_empty(), "{unit}: {first:?}");
            let (rendered, words) = (mistakes.render(false), mistakes.in_words());
            assert!(rendered.len() < 200_000 && words.len() < 100_000, "{unit}: {} and {} bytes", rendered.len(), words.len());
        }
    }
}

#[test]
fn t10_thousands_of_mistakes_are_counted_and_the_first_are_told() {
    let numbered = |unit: &str, count: usize| (0..count).map(|it| unit.replace('#', &it.to_string())).collect::<Vec<_>>().concat();
    let late_steps = format!("{}steps:\n{}", "#\n".repeat(200_000), "  - advanc: 1m\n".repeat(900));
    let keys = numbered(&format!("{}#: 1\n", "k".repeat(200)), 4_000);
    let secrets = numbered("token#: {token: abcdefgh}\n", 3_000);
    for (what, text) in [("late steps", late_steps), ("keys", keys), ("secrets", secrets)] {
        let mistakes = load("many.yaml", &format!("version: 1\n{text}")).err().unwrap_or_else(|| panic!("{what} are good"));
        assert_eq!(mistakes.all.len(), REPORTED_MAX + 1, "{what}");
        assert!(mistakes.in_words().contains(" more"), "{what}");
    }
}

#[test]
fn a_long_line_that_is_honest_is_read() {
    let long = "a: b, ".repeat(BYTES / 6);
    for text in [
        format!("version: 1\nname: \"{long}\"\n"),
        format!("version: 1\nname: '{long}'\n"),
        format!("version: 1\nname: |\n  {long}\n"),
        format!("version: 1\nname: x\nsteps:\n  - call: quoine.createInvoice\n    body: '{{\"data\":\"{long}\"}}'\n"),
        format!("{{\"version\":1,\"name\":\"{long}\",\"steps\":[{{\"advance\":\"1m\"}}]}}"),
        format!("# {long}\nversion: 1\n"),
    ] {
        if let Err(mistakes) = load("long.yaml", &text) {
            panic!("{}", mistakes.in_words());
        }
    }
}
