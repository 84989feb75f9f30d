//! Any text is a scenario, or is refused with places that lie inside it; a good one furnishes a sandbox.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use playmoney::inside::engine::tables::Contract;
use playmoney::inside::scenario::{Known, parse, parse_rule};
use playmoney::inside::engine::start::Start;
use playmoney::inside::engine::world::World;
use playmoney::inside::kit::time::Uptime;
use playmoney::inside::providers;

static CONTRACTS: LazyLock<Vec<&'static Contract>> = LazyLock::new(|| providers::all().iter().map(|it| it.contract()).collect());

fuzz_target!(|text: &str| {
    let environment = |name: &str| (name == "SET").then(|| "a value".to_owned());
    let known = Known { contracts: &CONTRACTS, environment: Some(&environment) };
    let mistakes = match parse("a.yaml", text, known) {
        Ok(scenario) => {
            let impossible = World::load(scenario.apply_to(Start::default()), providers::all(), Uptime::START).err();
            impossible.map(|it| scenario.mistakes(it))
        }
        Err(mistakes) => Some(mistakes),
    };
    let inner = text.strip_prefix('\u{feff}').unwrap_or(text);
    for told in mistakes.iter().chain(parse_rule(text, known).err().iter().filter(|_| inner.len() == text.len())) {
        assert!(told.all.iter().all(|it| inner.get(it.at.clone()).is_some()), "every place lies in the text");
        assert!(told.render(false).len() < 200_000 && told.to_json().is_array() && !told.in_words().is_empty());
    }
});
