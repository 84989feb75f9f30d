//! Plays an imported scenario before it is written: with the built-in receiver, and with applications that answer otherwise than the log.

use std::collections::BTreeMap;

use crate::cli::scenarios::contracts;
use crate::cli::{Exit, Stop};
use crate::engine::log::What;
use crate::scenario::{Known, Scenario, parse};
use crate::stage::{MemoryStage, Stage, play, start_of};

/// The address of an application. In memory nothing dials it.
const APPLICATION: &str = "http://application.test/{provider}";
/// How applications answer every webhook.
const APPLICATIONS: [u16; 2] = [200, 500];

/// Plays a scenario in memory, as `playmoney run` does; if its rules give the answers to its webhooks, for applications that answer
/// otherwise too. Returns why it does not hold.
pub fn played(text: &str) -> Result<Option<String>, Stop> {
    let contracts = contracts();
    let wrong = |why: String| Stop { exit: Exit::Failed, why: format!("the scenario is not valid:\n{why}") };
    let scenario = parse("scenario", text, Known { contracts: &contracts, environment: None }).map_err(|it| wrong(it.render(false)))?;
    let told = match attempts(&scenario, None) {
        Ok(told) => told,
        Err(why) => return Ok(Some(why)),
    };
    let gives_answers = scenario.setup.rules.iter().any(|it| it.then.only_answers());
    for status in APPLICATIONS.into_iter().filter(|_| gives_answers) {
        let with = |why: String| format!("with an application that answers {status} to every webhook, {why}");
        match attempts(&scenario, Some(status)) {
            Ok(own) if own == told => {}
            Ok(own) => {
                let differs = told.iter().zip(&own).find(|it| it.0 != it.1).map_or_else(
                    || format!("{} attempts leave instead of {}", own.len(), told.len()),
                    |(one, other)| format!("`{other}` comes instead of `{one}`"),
                );
                return Ok(Some(with(differs)));
            }
            Err(why) => return Ok(Some(with(why))),
        }
    }
    Ok(None)
}

/// The attempts to deliver webhooks, in their order, each with its moment and with what the provider takes for its outcome. `None` as the
/// status of the application is the built-in receiver.
///
/// # Errors
/// The step that fails, and why.
fn attempts(scenario: &Scenario, application: Option<u16>) -> Result<Vec<String>, String> {
    let start = start_of(scenario, scenario.seed.unwrap_or(1), application.map(|_| APPLICATION));
    let mut stage = MemoryStage::with_application(start, application);
    let report = play(scenario, &mut stage);
    if let Some((step, failure)) = report.failed().and_then(|it| Some((&it.title, it.failure.as_ref()?))) {
        return Err(format!("{step} ({})", failure.why));
    }
    let (mut told, mut elsewhere) = (Vec::new(), None);
    stage.look(None, &mut |world| {
        let mut outcomes = BTreeMap::new();
        for entry in world.core.log.entries() {
            if let What::Outcome(it) = &entry.what {
                let outcome = it.result.map_or_else(|why| why.word().to_owned(), |status| status.to_string());
                outcomes.insert((it.webhook.delivery, it.number, it.copy), outcome);
            }
        }
        for entry in world.core.log.entries() {
            let What::Attempt(it) = &entry.what else { continue };
            if it.to_inbox && application.is_some() {
                elsewhere.get_or_insert_with(|| format!("{} of {} goes to a built-in receiver", it.webhook.event, it.webhook.subject));
            }
            let outcome = outcomes.get(&(it.webhook.delivery, it.number, it.copy)).map_or("nothing yet", String::as_str);
            told.push(format!("{} {} of {}, attempt {}: {outcome}", entry.at, it.webhook.event, it.webhook.subject, it.number));
        }
    });
    elsewhere.map_or(Ok(told), Err)
}
