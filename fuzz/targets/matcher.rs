//! Any tree is JSON again, and any matcher judges any value: it fits, or says where it does not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use playmoney::inside::engine::matching::Matcher;
use playmoney::inside::scenario::yaml;

fuzz_target!(|texts: (&str, &str)| {
    let (Ok(matcher), Ok(value)) = (yaml::parse(texts.0), yaml::parse(texts.1)) else { return };
    let value: serde_json::Value = serde_json::from_str(&value.to_json()).expect("a tree is JSON");
    if let Ok(matcher) = Matcher::read(&matcher) {
        assert_eq!(matcher.fits(Some(&value)), matcher.misses(Some(&value)).is_empty());
        assert!(!matcher.in_words().is_empty());
    }
});
