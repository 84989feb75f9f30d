//! One component for each object: what stands at several places is written once, and the places refer to it. A typed client can
//! then pass the charge of one call to another.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::{calls, reference};
use crate::engine::tables::Contract;

/// What a place says of its object beside the object itself.
const BESIDE: [&str; 3] = ["description", "x-evidence", "x-source"];
/// Smaller objects are written where they stand.
const MEMBERS_MIN: usize = 3;
/// The member of an answer or an event that holds the object.
const HOLDER: &str = "data";

/// The end of the names of the bodies of webhooks.
const EVENT: &str = ".event";

/// A place of an object: the body in which it stands, and the members on the way to it.
type Place = (String, Vec<String>);

/// Writes the objects of a document once.
pub fn share(contract: &Contract, document: &mut Json) {
    let Json::Object(bodies) = document["components"]["schemas"].take() else { return };
    let mut places = BTreeMap::new();
    for (name, body) in &bodies {
        collect(body, &(name.clone(), Vec::new()), &mut places);
    }
    let mut names = names(contract, &bodies, places);
    leave_out_narrowed(&mut names);
    let mut schemas = Map::new();
    let mut moved = BTreeMap::new();
    for (name, body) in &bodies {
        match names.get(&bare(body).to_string()) {
            Some(own) => {
                moved.insert(pointer(name), pointer(own));
                schemas.entry(own.clone()).or_insert_with(|| inside(&bare(body), &names));
            }
            None => _ = schemas.insert(name.clone(), inside(body, &names)),
        }
    }
    let missing: Vec<(&String, &String)> = names.iter().filter(|it| !schemas.contains_key(it.1)).collect();
    for (key, name) in missing {
        schemas.insert(name.clone(), inside(&serde_json::from_str(key).unwrap_or_default(), &names));
    }
    document["components"]["schemas"] = schemas.into();
    redirect(document, &moved);
}

/// Notes the places of all objects, by what they are.
fn collect(value: &Json, place: &Place, places: &mut BTreeMap<String, Vec<Place>>) {
    if is_object(value) {
        places.entry(bare(value).to_string()).or_default().push(place.clone());
    }
    for (name, it) in value["properties"].as_object().into_iter().flatten() {
        collect(it, &(place.0.clone(), [&place.1[..], std::slice::from_ref(name)].concat()), places);
    }
    if !value["items"].is_null() {
        collect(&value["items"], place, places);
    }
    value["anyOf"].as_array().into_iter().flatten().for_each(|it| collect(it, place, places));
}

fn is_object(value: &Json) -> bool {
    value["properties"].as_object().is_some_and(|it| MEMBERS_MIN <= it.len())
}

/// The object without what a place says of it.
fn bare(value: &Json) -> Json {
    members_but(value, &BESIDE)
}

/// The names of the objects that stand at several places. The largest is named first; one whose name is taken stays where it is.
fn names(contract: &Contract, bodies: &Map<String, Json>, places: BTreeMap<String, Vec<Place>>) -> BTreeMap<String, String> {
    let mut several: Vec<(String, Vec<Place>)> = places.into_iter().filter(|it| 1 < it.1.len()).collect();
    several.sort_by_key(|it| std::cmp::Reverse(it.0.len()));
    let mut taken: BTreeSet<String> = bodies.keys().cloned().collect();
    let mut names = BTreeMap::new();
    let nouns: Vec<_> = several.iter().map(|it| noun_of_a_call(contract, &it.1).filter(|_| !is_envelope(&it.0))).collect();
    let by_call = several.iter().zip(&nouns).filter_map(|(it, noun)| Some((&it.0, noun.clone()?)));
    let by_member = several.iter().zip(&nouns).filter(|it| it.1.is_none()).filter_map(|(it, _)| Some((&it.0, noun_of_a_member(&it.1)?)));
    for (key, name) in by_call.chain(by_member) {
        if taken.insert(name.clone()) {
            names.insert(key.clone(), name);
        }
    }
    names
}

/// Whether it only holds the object that a call makes or gets.
fn is_envelope(object: &str) -> bool {
    let object: Json = serde_json::from_str(object).unwrap_or_default();
    object["properties"][HOLDER]["properties"].is_object()
}

/// What a call makes or gets: the `charge` of `createCharge`.
fn noun_of_a_call(contract: &Contract, places: &[Place]) -> Option<String> {
    if places.iter().any(|it| it.1.is_empty() && it.0.ends_with(EVENT)) {
        return None; // an event has its own name
    }
    let is_at = |name: &str, way: &[&str]| places.iter().any(|it| it.0 == name && it.1 == way);
    let answered = |way: &'static [&str]| {
        let calls = contract.operations.iter().filter(|it| !it.name.starts_with("list"));
        calls.filter(move |it| is_at(&calls::answer_name(it), way)).find_map(|it| noun(it.name))
    };
    answered(&[]).or_else(|| answered(&[HOLDER]))
}

/// The name of a call without its verb.
fn noun(name: &str) -> Option<String> {
    let (_, noun) = name.split_at(name.find(|it: char| it.is_ascii_uppercase())?);
    let mut letters = noun.chars();
    Some(letters.next()?.to_lowercase().chain(letters).collect())
}

/// The name of the member under which an object stands. Bodies as a whole have names already.
fn noun_of_a_member(places: &[Place]) -> Option<String> {
    let name = places.iter().find_map(|it| it.1.last())?;
    let of_events = places.iter().all(|it| it.0.ends_with(EVENT));
    Some(if of_events && name == HOLDER { "eventData".to_owned() } else { name.clone() })
}

/// The same schema, in which the objects with names are references.
fn inside(value: &Json, names: &BTreeMap<String, String>) -> Json {
    let mut value = value.clone();
    for it in value.get_mut("properties").and_then(Json::as_object_mut).into_iter().flat_map(Map::values_mut) {
        *it = referred(it, names);
    }
    let kinds = value.get("anyOf").and_then(Json::as_array).cloned();
    if let Some(kinds) = kinds {
        value["anyOf"] = kinds.iter().map(|it| referred(it, names)).collect::<Vec<_>>().into();
    }
    if let Some(items) = value.get_mut("items") {
        *items = referred(items, names);
    }
    value
}

fn referred(value: &Json, names: &BTreeMap<String, String>) -> Json {
    if !is_object(value) {
        return inside(value, names);
    }
    let mut own = match names.get(&bare(value).to_string()) {
        Some(name) => reference("schemas", name),
        None => match names.iter().find_map(|(object, name)| Some((name, narrowed(value, &serde_json::from_str(object).ok()?)?))) {
            Some((name, members)) => json!({"allOf": [reference("schemas", name), {"properties": members}]}),
            None => return inside(value, names),
        },
    };
    for beside in BESIDE {
        if !value[beside].is_null() {
            own[beside] = value[beside].clone();
        }
    }
    own
}

/// Leaves the name to the object with all words: one with fewer says so where it stands.
fn leave_out_narrowed(names: &mut BTreeMap<String, String>) {
    let objects: Vec<(String, Json)> = names.keys().filter_map(|it| Some((it.clone(), serde_json::from_str(it).ok()?))).collect();
    for (key, object) in &objects {
        if objects.iter().any(|(other, it)| other != key && narrowed(object, it).is_some()) {
            names.remove(key);
        }
    }
}

/// The members of an object that can have fewer words here than elsewhere, when that is the only difference.
fn narrowed(value: &Json, elsewhere: &Json) -> Option<Map<String, Json>> {
    let outside = |it: &Json| members_but(&bare(it), &["properties"]);
    if outside(value) != outside(elsewhere) {
        return None;
    }
    let (own, all) = (value["properties"].as_object()?, elsewhere["properties"].as_object()?);
    if !own.keys().eq(all.keys()) {
        return None;
    }
    let others: Vec<_> = own.iter().filter(|(name, it)| all[*name] != **it).collect();
    others
        .iter()
        .all(|(name, it)| has_fewer_words(it, &all[*name]))
        .then(|| others.into_iter().map(|(name, it)| (name.clone(), it.clone())).collect())
}

/// Whether a member differs from another only in that it can have fewer words.
fn has_fewer_words(own: &Json, other: &Json) -> bool {
    let words = |member: &Json| member["enum"].as_array().cloned().unwrap_or_default();
    let rest = |member: &Json| members_but(&bare(member), &["enum"]);
    let known = words(other);
    !words(own).is_empty() && words(own).iter().all(|it| known.contains(it)) && rest(own) == rest(other)
}

/// An object of JSON without some of its members.
fn members_but(value: &Json, names: &[&str]) -> Json {
    let members = value.as_object().into_iter().flatten().filter(|it| !names.contains(&it.0.as_str()));
    members.map(|(name, it)| (name.clone(), it.clone())).collect::<Map<_, _>>().into()
}

fn pointer(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

/// Lets references to bodies that are objects with names of their own lead there.
fn redirect(value: &mut Json, moved: &BTreeMap<String, String>) {
    match value {
        Json::Object(members) => {
            if let Some(to) = members.get("$ref").and_then(Json::as_str).and_then(|it| moved.get(it)) {
                members.insert("$ref".to_owned(), json!(to));
            }
            members.values_mut().for_each(|it| redirect(it, moved));
        }
        Json::Array(items) => items.iter_mut().for_each(|it| redirect(it, moved)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}
