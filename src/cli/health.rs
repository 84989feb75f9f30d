//! `playmoney health`: whether a server answers.

use std::time::Duration as RealDuration;

use clap::Args;
use serde_json::Value as Json;

use super::client::{Connection, Question};
use super::clock::text;
use super::style::{GOOD, painted};
use super::{Exit, Stop};
use crate::edge::driver::Stopwatch;
use crate::kit::time::{Duration, parse_duration};

/// The time that one answer may take.
const ANSWER_TIME_MAX: RealDuration = RealDuration::from_secs(10);
/// The wait between two questions.
const PAUSE: RealDuration = RealDuration::from_millis(50);

/// How long to wait.
#[derive(Args)]
pub struct Health {
    /// Ask again until the server answers, for this time at most
    #[arg(long, value_name = "SPAN", value_parser = parse_duration)]
    wait: Option<Duration>,
    #[command(flatten)]
    connection: Connection,
}

impl Health {
    pub fn run(self) -> Result<Exit, Stop> {
        let stopwatch = Stopwatch::start();
        let elapsed = || stopwatch.uptime().elapsed;
        let began = elapsed();
        let patience = self.wait.map_or(RealDuration::ZERO, Duration::unsigned_abs);
        loop {
            let left = patience.saturating_sub(elapsed().saturating_sub(began));
            let time_max = if self.wait.is_some() { left.clamp(PAUSE, ANSWER_TIME_MAX) } else { ANSWER_TIME_MAX };
            match self.connection.ask_within(&Question::get(&["health"]).of_server(), time_max) {
                Ok(reply) => return self.connection.show(&reply, page),
                Err(stop) if stop.exit != Exit::Start || left <= PAUSE => return Err(stop),
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
    }
}

fn page(answer: &Json) -> String {
    format!("{}  Playmoney {}", painted(GOOD, text(&answer["status"])), text(&answer["version"]))
}
