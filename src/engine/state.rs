//! A sandbox as one JSON document, and back.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::core::{Core, PACED_BY_RULES_MAX};
use super::provider::DynProvider;
use super::world::World;
use crate::engine::core::secrets_from_outside;
use crate::kit::time::{Uptime, end_of_time};

/// The version of the document; another one is refused.
pub const VERSION: u32 = 2;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    playmoney_state: u32,
    /// The document contains secrets from outside, in clear.
    contains_secrets: bool,
    core: Core,
    /// In the order of their ids.
    providers: Vec<Memory>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Memory {
    slug: String,
    memory: Json,
}

/// Writes a sandbox as a document, at that uptime.
///
/// # Panics
/// When a part of the state cannot be written as JSON. Every type of ours can.
pub fn save(world: &World, uptime: Uptime) -> Json {
    let mut core = world.core.clone();
    core.clock.settle(uptime);
    core.agenda.retain(|due| world.is_live(due));
    let contains_secrets = secrets_from_outside(&core).next().is_some();
    let memory = |it: &dyn DynProvider| Memory { slug: it.contract().slug.to_owned(), memory: it.save() };
    let providers = world.providers.iter().map(|it| memory(it.as_ref())).collect();
    let document = Document { playmoney_state: VERSION, contains_secrets, core, providers };
    serde_json::to_value(document).expect("the state is JSON")
}

/// The bytes of a sandbox as such a document, nearly.
pub fn bytes(world: &World) -> usize {
    let mut counter = Counter(0);
    // A counter takes everything, and every type of ours can be written as JSON.
    _ = serde_json::to_writer(&mut counter, &world.core);
    for it in &world.providers {
        _ = serde_json::to_writer(&mut counter, &it.save());
    }
    counter.0
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

/// Replaces the state of a sandbox by that of a document.
///
/// # Errors
/// A sentence that says why the document cannot be used; then nothing has changed.
pub fn restore(world: &mut World, document: &[u8], uptime: Uptime) -> Result<(), String> {
    let known = &world.providers;
    let version: Version = serde_json::from_slice(document).map_err(|_| "this is not a saved sandbox: it has no `playmoney_state`")?;
    if version.playmoney_state != VERSION {
        return Err(format!("the document has version {}, this Playmoney reads version {VERSION}", version.playmoney_state));
    }
    let document: Document = serde_json::from_slice(document).map_err(|it| format!("the document is damaged: {it}"))?;
    let provider = |it: Memory| {
        let known = known.iter().find(|own| own.contract().slug == it.slug);
        let known = known.ok_or_else(|| format!("the document has a provider `{}` that this Playmoney does not have", it.slug))?;
        known.restored(it.memory).map_err(|why| format!("the memory of {} is damaged: {why}", it.slug))
    };
    let providers = document.providers.into_iter().map(provider).collect::<Result<Vec<_>, _>>()?;
    if providers.len() != known.len() || providers.len() != document.core.accounts.len() {
        return Err("the document does not have all providers of this Playmoney".to_owned());
    }
    let provider_count = u8::try_from(providers.len()).unwrap_or(u8::MAX);
    if !is_sound(&document.core, provider_count) || !providers.iter().all(|it| it.is_sound()) {
        return Err("the document is damaged: its parts contradict each other".to_owned());
    }
    world.resume(document.core, providers, uptime);
    Ok(())
}

/// Whether the engine can continue from this state. The document may come from anyone and contain anything.
fn is_sound(core: &Core, provider_count: u8) -> bool {
    let accounts = core.accounts.iter().flatten().all(|(id, it)| *id == it.id);
    let parts = core.clock.is_sound()
        && core.agenda.is_sound(provider_count)
        && core.chains.is_sound(provider_count)
        && core.outbox.is_sound(provider_count)
        && core.log.is_sound(provider_count)
        && core.rules.is_sound()
        && core.has_sound_redirect()
        && core.paced_by_rules.len() <= PACED_BY_RULES_MAX
        && core.paced_by_rules.iter().all(|it| it.0.0 < provider_count);
    accounts && parts && core.now <= end_of_time()
}

#[derive(Deserialize)]
struct Version {
    playmoney_state: u32,
}
