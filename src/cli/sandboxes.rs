//! `playmoney sandboxes` and `playmoney reset`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::act::members;
use super::client::{Connection, Question};
use super::clock::{self, text};
use super::paths::read;
use super::serve::{clock as clock_flag, moment, target};
use super::style::{GOOD, STRONG, WARNING, painted};
use super::table::{Cell, table};
use super::{Exit, Stop};
use crate::engine::clock::Mode;
use crate::kit::printable::line;
use crate::kit::time::{Duration, Timestamp, parse_duration};

/// What to do with them; without a word, they are listed.
#[derive(Args)]
pub struct Sandboxes {
    #[command(subcommand)]
    change: Option<Change>,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Subcommand)]
enum Change {
    /// Makes a sandbox with keys, a clock and a state of its own
    Create(Create),
    /// Copies the sandbox that --sandbox names, or the default one, at this instant
    Fork {
        /// The name of the copy; default: the next that is free
        name: Option<String>,
        /// The real time after the last request at which it is deleted
        #[arg(long, value_name = "SPAN", value_parser = parse_duration)]
        ttl: Option<Duration>,
        /// Where all its webhooks go; default: to its inbox `fork`
        #[arg(long, value_name = "URL")]
        webhook_url: Option<String>,
    },
    /// Deletes a sandbox
    Delete { name: String },
}

#[derive(Args)]
struct Create {
    /// Its name: 1 to 63 of a-z, 0-9 and -; default: the next that is free
    name: Option<String>,
    /// The seed of all random choices
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How simulated time runs: real, frozen, or a rate such as 60x
    #[arg(long, value_name = "real|frozen|RATEx", value_parser = clock_flag)]
    clock: Option<Mode>,
    /// The first moment of simulated time
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    now: Option<Timestamp>,
    /// A scenario file: its starting state and its rules
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// The real time after the last request at which it is deleted
    #[arg(long, value_name = "SPAN", value_parser = parse_duration)]
    ttl: Option<Duration>,
    /// The first webhook address of every account; {provider} is replaced by the slug of the provider
    #[arg(long, value_name = "URL", value_parser = target)]
    webhook_url: Option<String>,
}

/// Where webhooks go afterwards.
#[derive(Args)]
pub struct Reset {
    /// The webhook address of every account from then on; {provider} is replaced by the slug of the provider
    #[arg(long, value_name = "URL", value_parser = target)]
    webhook_url: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

impl Sandboxes {
    pub fn run(self) -> Result<Exit, Stop> {
        let connection = &self.connection;
        match self.change {
            None => connection.show(&connection.ask(&Question::get(&["sandboxes"]).of_server())?, list),
            Some(Change::Create(create)) => {
                let body = create.body()?;
                connection.show(&connection.ask(&Question::post(&["sandboxes"], body).of_server())?, made)
            }
            Some(Change::Fork { name, ttl, webhook_url }) => {
                let ttl = ttl.map(|it| it.to_string());
                let given = [("name", name), ("ttl", ttl), ("webhook_url", webhook_url)];
                let body = members(given.map(|(name, it)| (name, it.map(Json::from))));
                connection.show(&connection.ask(&Question::post(&["fork"], body))?, made)
            }
            Some(Change::Delete { name }) => {
                let path = ["sandboxes", name.as_str()];
                let question = Question::delete(&path).of_server();
                connection.show(&connection.ask(&question)?, |it| format!("{}  {} was deleted", painted(GOOD, "ok"), text(&it["deleted"])))
            }
        }
    }
}

impl Create {
    fn body(self) -> Result<Json, Stop> {
        let clock = match self.clock {
            Some(Mode::Real) => Some(json!({"mode": "real"})),
            Some(Mode::Frozen) => Some(json!({"mode": "frozen"})),
            Some(Mode::Scaled(rate)) => Some(json!({"mode": "scaled", "rate": rate.number()})),
            None => self.now.map(|_| json!({})),
        };
        let clock = clock.map(|mut it| {
            if let Some(now) = self.now {
                it["now"] = json!(now);
            }
            it
        });
        let scenario = self.scenario.as_deref().map(read).transpose()?;
        Ok(members([
            ("name", self.name.map(Json::from)),
            ("seed", self.seed.map(Json::from)),
            ("clock", clock),
            ("scenario", scenario.map(|it| Json::from(it.text))),
            ("ttl", self.ttl.map(|it| it.to_string().into())),
            ("webhook_url", self.webhook_url.map(Json::from)),
        ]))
    }
}

impl Reset {
    pub fn run(self) -> Result<Exit, Stop> {
        let body = members([("webhook_url", self.webhook_url.map(Json::from))]);
        let reply = self.connection.ask(&Question::post(&["reset"], body))?;
        self.connection.show(&reply, |it| format!("{}  the sandbox begins anew: {}", painted(GOOD, "ok"), clock::page(&it["clock"])))
    }
}

fn list(answer: &Json) -> String {
    let row = |it: &Json| {
        let members = ["seed", "objects", "requests", "deliveries", "bytes", "expires_at"];
        let [seed, objects, requests, deliveries, bytes, expires] = members.map(|name| Cell::plain(&text(&it[name])));
        let [mode, now] = ["mode", "now"].map(|name| Cell::plain(&text(&it["clock"][name])));
        [Cell::new(STRONG, &text(&it["name"])), seed, mode, now, objects, requests, deliveries, bytes, expires]
    };
    let rows: Vec<_> = answer["sandboxes"].as_array().into_iter().flatten().map(row).collect();
    let mut page = table(["name", "seed", "clock", "simulated time", "objects", "requests", "deliveries", "bytes", "expires at"], &rows);
    if answer["truncated"] == true {
        page.push_str("\nThe server has more of them.");
    }
    page
}

/// A new sandbox: its addresses and keys are the variables of `playmoney env`.
fn made(answer: &Json) -> String {
    let (name, clock) = (text(&answer["name"]), &answer["clock"]);
    let mut page = format!("{}  {} ({}, {})", painted(GOOD, "ok"), painted(STRONG, &name), text(&clock["mode"]), text(&clock["now"]));
    for warning in answer["warnings"].as_array().into_iter().flatten() {
        let help = warning["help"].as_str().map_or(String::new(), |it| format!(" ({})", line(it)));
        page.push_str(&painted(WARNING, format!("\nwarning in line {}: {}{help}", warning["line"], text(&warning["message"]))));
    }
    page.push_str("\nIts addresses and keys: playmoney env --sandbox ");
    page.push_str(&name);
    page
}
