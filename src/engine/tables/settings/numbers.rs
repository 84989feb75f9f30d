//! A setting that is an object of numbers: limits.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use crate::kit::money::{self, Number};
use crate::kit::nearest::nearest;

/// Names of members, with dots, and their defaults.
type Members = &'static [(&'static str, &'static str)];

/// The largest number, and its most decimals.
const LARGEST: i64 = 1_000_000_000;
const DECIMALS_MAX: u32 = 6;

/// The number of a member.
pub fn number(members: Members, set: &BTreeMap<String, Decimal>, name: &str) -> Decimal {
    let default = || members.iter().find(|it| it.0 == name).and_then(|it| money::parse(it.1));
    set.get(name).copied().or_else(default).unwrap_or_default()
}

/// All of them as an object, those that are not set with their defaults.
pub fn shown(members: Members, set: &BTreeMap<String, Decimal>) -> Json {
    let mut object = json!({});
    for (name, _) in members {
        let place = name.split('.').fold(&mut object, |it, part| &mut it[part]);
        *place = json!(Number(number(members, set, name)));
    }
    object
}

/// Reads an object. A member that is left out keeps its default.
///
/// # Errors
/// A sentence about the first member that cannot be taken.
pub fn read(setting: &str, members: Members, given: &Map<String, Json>) -> Result<BTreeMap<String, Decimal>, String> {
    let mut read = BTreeMap::new();
    for (name, value) in flat("", given) {
        if !members.iter().any(|it| it.0 == name) {
            let nearest = nearest(&name, members.iter().map(|it| it.0)).map_or(String::new(), |it| format!("; the nearest is `{it}`"));
            return Err(format!("`{setting}` has no member `{name}`{nearest}"));
        }
        let number = if let Json::Number(it) = value { money::parse(&it.to_string()) } else { None };
        let fits = |it: &Decimal| (Decimal::ZERO..=Decimal::from(LARGEST)).contains(it) && it.normalize().scale() <= DECIMALS_MAX;
        let wrong = || format!("`{setting}.{name}` must be a number from 0 to {LARGEST} with at most {DECIMALS_MAX} decimals");
        read.insert(name.clone(), number.filter(fits).ok_or_else(wrong)?);
    }
    for (name, _) in members {
        let Some(part) = name.strip_suffix("max") else { continue };
        let least = format!("{part}min");
        if number(members, &read, name) < number(members, &read, &least) {
            return Err(format!("`{setting}.{least}` must not be above `{setting}.{name}`"));
        }
    }
    Ok(read)
}

/// The members of an object and of the objects in it, under names with dots.
fn flat<'a>(before: &str, object: &'a Map<String, Json>) -> Vec<(String, &'a Json)> {
    let each = |(name, value): (&String, &'a Json)| {
        let name = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
        if let Json::Object(own) = value { flat(&name, own) } else { vec![(name, value)] }
    };
    object.iter().flat_map(each).collect()
}
