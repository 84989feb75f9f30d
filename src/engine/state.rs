//! A sandbox as one JSON document, and back.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::core::Core;
use super::provider::DynProvider;
use super::rules::ActiveRule;
use super::start::Start;
use super::world::{Replaced, World};
use crate::engine::core::secrets_from_outside;
use crate::kit::flaw::{Flaw, part};
use crate::kit::json::Writer;
use crate::kit::live_keys;
use crate::kit::time::Uptime;

mod judge;

/// The version of the document; another one is refused.
pub const VERSION: u32 = 5;

/// As it is read. The text of each part is read when its turn comes: a tree of it all would take many times its length.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    #[expect(dead_code, reason = "the version is read before all else")]
    playmoney_state: u32,
    /// The document contains secrets from outside, in clear.
    contains_secrets: bool,
    #[serde(borrow)]
    core: &'a RawValue,
    /// In the order of their ids.
    #[serde(borrow)]
    providers: Vec<Memory<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Memory<'a> {
    slug: String,
    #[serde(borrow)]
    memory: &'a RawValue,
}

/// Writes a sandbox as a document, at that uptime. Its text is the only large thing that this makes.
///
/// # Panics
/// When a part of it cannot be written as JSON; all our types can.
pub fn save(mut world: World, uptime: Uptime) -> Bytes {
    const NONE: &str = "false";
    let mut agenda = std::mem::take(&mut world.core.agenda);
    agenda.retain(|due| world.is_live(due));
    let mut core = Core { agenda, ..world.core };
    core.clock.settle(uptime);
    let mut state = Writer::default();
    state.out.extend_from_slice(format!(r#"{{"playmoney_state":{VERSION},"contains_secrets":"#).as_bytes());
    let says = state.out.len();
    state.out.extend_from_slice(format!(r#"{NONE},"core":"#).as_bytes());
    core.serialize(&mut state).expect("the state is JSON");
    let mut begin = r#","providers":["#;
    for it in world.providers {
        state.out.extend_from_slice(format!(r#"{begin}{{"slug":"{}","memory":"#, it.contract().slug).as_bytes());
        it.write(&mut state);
        state.out.push(b'}');
        begin = ",";
    }
    state.out.extend_from_slice(b"]}");
    if secrets_from_outside(&core).next().is_some() || live_keys::is_in_long(&state.out) {
        state.out.splice(says..says + NONE.len(), *b"true");
    }
    state.bytes()
}

/// The bytes of a sandbox as such a document, nearly.
pub fn bytes(world: &World) -> usize {
    let mut counter = Counter(0);
    // A counter takes everything, and every type of ours can be written as JSON.
    _ = serde_json::to_writer(&mut counter, &world.core);
    let memory = |it: &dyn DynProvider| {
        let mut written = Writer::default();
        it.write(&mut written);
        written.out.len()
    };
    counter.0 + world.providers.iter().map(|it| memory(it.as_ref())).sum::<usize>()
}

/// Counts what is written to it.
struct Counter(usize);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The state of a document that was read and judged.
pub struct Saved {
    core: Core,
    providers: Vec<Box<dyn DynProvider>>,
}

impl Saved {
    /// Its rules, each of which contains the text from which it was read.
    pub fn rules(&self) -> impl Iterator<Item = &ActiveRule> {
        self.core.rules.iter()
    }

    /// Replaces the state of a sandbox by this one.
    pub fn put_into(self, world: &mut World, uptime: Uptime) -> Replaced {
        world.resume(self.core, self.providers, uptime)
    }
}

/// Reads a document for a sandbox that has these providers and began so.
///
/// # Errors
/// A sentence that says why the document cannot be used.
pub fn read(known: &[Box<dyn DynProvider>], start: &Start, document: &[u8]) -> Result<Saved, String> {
    let Ok(Version { playmoney_state: Some(version) }) = serde_json::from_slice(document) else {
        return Err("this is not a saved sandbox: it has no `playmoney_state`".to_owned());
    };
    if version.get() != VERSION.to_string() {
        return Err(match version.get().parse::<u64>() {
            Ok(version) => format!("the document has version {version}, this Playmoney reads version {VERSION}"),
            Err(_) => "this is not a saved sandbox: its `playmoney_state` is not a version".to_owned(),
        });
    }
    let damaged = |why: serde_json::Error| format!("the document is damaged: {}", without_place(&why));
    let document: Document<'_> = serde_json::from_slice(document).map_err(damaged)?;
    let mut core: Core = serde_json::from_str(document.core.get()).map_err(damaged)?;
    let providers = providers(known, &document.providers)?;
    if providers.len() != core.accounts.len() {
        return Err("the document does not have all providers of this Playmoney".to_owned());
    }
    let unknown = |(slug, name)| Flaw::at("/core/touched", format!("{slug} has no row `{name}`")).to_string();
    core.touched.resolve(providers.iter().map(|it| it.contract())).map_err(unknown)?;
    judge::judge(&core, &providers, start).map_err(|it| it.to_string())?;
    let contains_secrets = same_again(&document, &core, &providers).map_err(|it| it.to_string())?;
    if contains_secrets != document.contains_secrets {
        return Err(Flaw::at("/contains_secrets", "it is not what the rest of the document says").to_string());
    }
    Ok(Saved { core, providers })
}

/// What is wrong, without a line and a column of a part of the document.
fn without_place(why: &serde_json::Error) -> String {
    let text = why.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |it| it.0.to_owned())
}

/// The providers of a document, in the order of this Playmoney.
fn providers(known: &[Box<dyn DynProvider>], saved: &[Memory<'_>]) -> Result<Vec<Box<dyn DynProvider>>, String> {
    if let Some(it) = saved.iter().find(|it| known.iter().all(|own| own.contract().slug != it.slug)) {
        return Err(format!("the document has a provider `{}` that this Playmoney does not have", it.slug));
    }
    if saved.len() != known.len() {
        return Err("the document does not have all providers of this Playmoney".to_owned());
    }
    let provider = |(place, (it, own)): (usize, (&Memory<'_>, &dyn DynProvider))| {
        let slug = own.contract().slug;
        if it.slug != slug {
            return Err(Flaw::at(format!("/providers/{place}/slug"), format!("{slug} stands here")).to_string());
        }
        own.restored(it.memory.get()).map_err(|why| format!("the memory of {slug} is damaged: {}", without_place(&why)))
    };
    saved.iter().zip(known.iter().map(Box::as_ref)).enumerate().map(provider).collect()
}

/// A document that is saved again must be what it was: whatever was not read, or read otherwise than it is written, is a mistake in
/// it. Returns whether it contains secrets from outside in clear: those that were given to be kept, and keys that look live, which a
/// client has sent for something else, as an order number. One part is written at a time.
fn same_again(document: &Document<'_>, core: &Core, providers: &[Box<dyn DynProvider>]) -> Result<bool, Flaw> {
    let mut contains_secrets = secrets_from_outside(core).next().is_some();
    let mut compare = |place: &str, own: &RawValue, write: &dyn Fn(&mut Writer)| {
        let mut again = Writer::default();
        write(&mut again);
        contains_secrets = contains_secrets || live_keys::is_in_long(&again.out);
        // What this program has written is the same to the byte, and needs no trees.
        let inner =
            if again.out == own.get().as_bytes() { None } else { difference(&read_again(own.get().as_bytes()), &read_again(&again.out)) };
        inner.map_or(Ok(()), |it| Err(Flaw::at(format!("{place}{it}"), "a saved sandbox does not have this, or not in this form")))
    };
    compare("/core", document.core, &|it| core.serialize(it).expect("the state is JSON"))?;
    for (place, (own, provider)) in document.providers.iter().zip(providers).enumerate() {
        compare(&format!("/providers/{place}/memory"), own.memory, &|it| provider.write(it))?;
    }
    Ok(contains_secrets)
}

fn read_again(text: &[u8]) -> Json {
    serde_json::from_slice(text).unwrap_or_default()
}

/// Where two values differ first, as a JSON pointer.
fn difference(one: &Json, other: &Json) -> Option<String> {
    match (one, other) {
        (Json::Object(one), Json::Object(other)) => {
            let names = one.keys().chain(other.keys().filter(|it| !one.contains_key(*it)));
            names.into_iter().find_map(|name| {
                let inner = match (one.get(name), other.get(name)) {
                    (Some(one), Some(other)) => difference(one, other)?,
                    _ => String::new(),
                };
                Some(format!("/{}{inner}", part(name)))
            })
        }
        (Json::Array(one), Json::Array(other)) => {
            let pairs = one.iter().zip(other).enumerate();
            let found = pairs.into_iter().find_map(|(place, (one, other))| difference(one, other).map(|it| format!("/{place}{it}")));
            found.or_else(|| (one.len() != other.len()).then(|| format!("/{}", one.len().min(other.len()))))
        }
        _ => (one != other).then(String::new),
    }
}

#[derive(Deserialize)]
struct Version<'a> {
    #[serde(borrow)]
    playmoney_state: Option<&'a RawValue>,
}
