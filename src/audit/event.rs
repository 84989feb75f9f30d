//! The event that is varied: the last delivery of a provider in a sandbox. Where it has none, one is made in a copy.

use crate::control::Renderer;
use crate::engine::delivery::Delivery;
use crate::engine::ids::ProviderId;
use crate::engine::inbox;
use crate::engine::rules::Rules;
use crate::engine::tables::Contract;
use crate::engine::tables::settings::WEBHOOK_URL;
use crate::engine::world::World;
use crate::kit::http::Method;
use crate::kit::json::value_at;
use crate::kit::time::Uptime;
use crate::sandbox::Sandbox;
use crate::scenario::{Known, parse};
use crate::stage::call::usual_account;
use crate::stage::{INBOXES, MemoryStage, control, play};

/// Where an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The sandbox has sent it.
    Sandbox,
    /// It was made for the audit.
    Made,
}

/// The event that is varied, and an older one of its object.
pub struct Events {
    pub last: Delivery,
    pub older: Option<Delivery>,
    pub origin: Origin,
}

/// The address to which the provider sends its webhooks: that of the last event, or of the account that makes one. The receiver of
/// another account would rightly refuse the signature. A copy does not reach the application of its original.
pub fn target(world: &World, provider_id: ProviderId) -> Option<String> {
    let of_event = last(world, provider_id).map(|it| it.url.clone());
    let slug = world.provider(provider_id).contract().slug;
    let account = usual_account(world, slug).and_then(|it| world.core.accounts(provider_id).get(&it));
    let of_account = account.and_then(|it| it.text(&WEBHOOK_URL)).map(str::to_owned);
    let reached = [of_event, of_account].into_iter().flatten().map(|it| world.core.target(slug, it));
    reached.into_iter().find(|it| !inbox::is_one(it))
}

/// The last event, as it is in a copy of the sandbox or was made there. The error says what is missing.
pub fn find(sandbox: Sandbox, provider_id: ProviderId, contract: &'static Contract, uptime: Uptime) -> Result<(Sandbox, Events), String> {
    if let Some(it) = events(sandbox.world(), provider_id, contract, Origin::Sandbox) {
        return Ok((sandbox, it));
    }
    let sandbox = make(sandbox, provider_id, contract, uptime)?;
    let made = events(sandbox.world(), provider_id, contract, Origin::Made);
    made.map(|it| (sandbox, it)).ok_or_else(|| "the settings of the account let it send no webhooks".to_owned())
}

fn last(world: &World, provider_id: ProviderId) -> Option<&Delivery> {
    let of_provider = |it: &&Delivery| it.provider_id == provider_id;
    // An application knows no object of a test.
    let real = world.core.outbox.iter().filter(of_provider).filter(|it| !it.once).last();
    real.or_else(|| world.core.outbox.iter().filter(of_provider).last())
}

fn events(world: &World, provider_id: ProviderId, contract: &Contract, origin: Origin) -> Option<Events> {
    let last = last(world, provider_id)?.clone();
    let says = |it: &Delivery| {
        let status = value_at(&it.body.0, &format!("{}.status", contract.audit.object)).map(str::to_owned);
        (it.event.clone(), status)
    };
    let is_older = |it: &&Delivery| {
        let is_beside = (it.provider_id, it.object, it.target) == (provider_id, last.object, last.target) && it.account == last.account;
        is_beside && it.id < last.id && !it.once && says(it) != says(&last)
    };
    let older = world.core.outbox.iter().find(is_older).cloned();
    Some(Events { last, older, origin })
}

/// Makes an object with events, by the calls and actions that a scenario would make it with. Nothing leaves: its webhooks go to an inbox
/// of the copy.
fn make(mut sandbox: Sandbox, provider_id: ProviderId, contract: &'static Contract, uptime: Uptime) -> Result<Sandbox, String> {
    let contracts = [contract];
    let scenario = parse("audit", contract.audit.steps, Known { contracts: &contracts, environment: None });
    let scenario = scenario.map_err(|it| it.in_words())?;
    let world = sandbox.world_mut();
    world.core.rules = Rules::default();
    world.core.spoilt.clear();
    world.core.redirect = None;
    let settings = serde_json::json!({"webhook_url": INBOXES.replace("{provider}", contract.slug), "pace": null});
    for account in world.core.accounts_mut(provider_id).values_mut() {
        settings.as_object().map_or(Ok(()), |it| account.change(contract, it))?;
    }
    // From here on real time does not matter.
    let frozen = sandbox.handle(uptime, control(Method::POST, "clock/freeze", "{}"));
    sandbox.poll_answer(uptime, frozen);
    let mut stage = MemoryStage::of(sandbox);
    let report = play(&scenario, &mut stage);
    let sandbox = stage.into_sandbox();
    match report.failed().and_then(|step| step.failure.as_ref()) {
        None => Ok(sandbox),
        Some(failure) => {
            let answer = failure.answer.as_ref().map_or(String::new(), |it| format!(", the call answered {it}"));
            let why = format!("making one has failed ({}{answer})", failure.why.trim_end_matches('.'));
            Err(Renderer::of(sandbox.world()).text(&why))
        }
    }
}
