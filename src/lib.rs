//! Five payment providers on a simulated clock, as a value in a Rust program: test an integration without keys, networks or
//! waiting. The command `playmoney` is described in the README.
//!
//! # A first test, without sockets
//!
//! A [`Sandbox`] holds all five providers. It answers calls as the providers document them, and its time stands until it is
//! advanced.
//!
//! ```
//! use playmoney::{Error, Sandbox};
//! use serde_json::json;
//!
//! # fn main() -> Result<(), Error> {
//! let mut shop = Sandbox::new();
//! let order = json!({"orderNumber": "A-1", "amount": 1000, "description": "wages", "target": {"pan": "4111111111111111"}});
//! let payout = shop.call("quantum-payouts.performPayout", order)?; // signed as the account that every sandbox has
//! assert_eq!(payout.status, 200);
//!
//! let report = shop.advance("1h")?; // the bank has answered, and the shop was told
//! let last = report.deliveries.last().expect("the shop is told");
//! assert_eq!(last.json()["payout"]["status"], "success");
//! # Ok(())
//! # }
//! ```
//!
//! # An invoice that expires while it is paid
//!
//! What a customer, a bank or a blockchain does is an action. Webhooks are answered by a receiver, at their simulated moment.
//!
//! ```
//! use playmoney::{Error, Sandbox};
//! use serde_json::json;
//!
//! # fn main() -> Result<(), Error> {
//! let mut shop = Sandbox::new();
//! shop.receiver(|webhook| if webhook.attempt == 1 { 503 } else { 200 });
//! let invoice = shop.call("quoine.createInvoice", json!({"price": "500.0"}))?;
//! shop.act("quoine.pay", json!({"invoice": invoice["id"], "amount": "0.01"}))?; // too little
//!
//! let report = shop.advance("31m")?;
//! let last = report.deliveries.last().expect("the shop is told");
//! assert_eq!(last.json()["invoice"]["invoice_status"], "payment_expired");
//! # Ok(())
//! # }
//! ```
//!
//! # Webhooks in every order
//!
//! [`Sandbox::explore`] plays a scenario again and again, with webhooks that come twice, late or in another order, until an expectation
//! breaks. `playmoney explore` does the same with an application.
//!
//! ```
//! use std::cell::RefCell;
//! use std::collections::BTreeMap;
//!
//! use playmoney::{Error, Sandbox};
//! use serde_json::json;
//!
//! # fn main() -> Result<(), Error> {
//!     let sandbox = Sandbox::from_scenario(
//!         "
//! version: 1
//! providers: { quoine: { pace: manual } }
//! steps:
//!   - { call: quoine.createInvoice, with: { price: 500 }, save: invoice }
//!   - { act: quoine.pay, with: { invoice: '${invoice.id}' } }
//!   - { act: quoine.confirm, with: { invoice: '${invoice.id}' } }
//!   - advance: { until: idle }
//!   - probe: { url: '${invoice.id}', expect: { body: { status: payment_confirmed } } }
//! ",
//!     )?;
//!     let orders = RefCell::new(BTreeMap::<String, String>::new());
//!     let receiver = |webhook: &playmoney::Webhook| {
//!         orders.borrow_mut().insert(webhook.subject.clone(), webhook.event.clone()); // the last one wins
//!         200
//!     };
//!     let findings = sandbox.explore(receiver).probe(|invoice| json!({"status": orders.borrow().get(invoice)})).play()?;
//!     let found = findings.counterexample.expect("the last webhook is not always the newest");
//!     assert_eq!(found.deviations.len(), 1, "{found}");
//! #     Ok(())
//! # }
//! ```
//!
//! # A server inside tokio
//!
//! An application that is written in another language, or that shall keep its HTTP client, is given the address of a
//! [`Server`] in place of the provider's. Each test takes a sandbox of its own, whose verbs are those of [`Sandbox`].
//!
//! ```
//! use playmoney::{Config, Server};
//! use serde_json::json;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::start(Config::default()).await?; // a free port on loopback
//! let shop = server.sandbox("checkout-7")?;
//! let addresses_and_keys = shop.environment(); // QUOINE_BASE_URL, QUOINE_USER_ID, QUOINE_SECRET, ... for the application
//! assert_eq!(addresses_and_keys["QUOINE_BASE_URL"], shop.base_url("quoine"));
//!
//! // Here the application calls. Afterwards:
//! shop.advance("31m").await?; // webhooks are posted to the application, and retried, before this returns
//! assert_eq!(shop.verify(&json!({"operation": "quoine.createInvoice", "count": 0})).await?, 0);
//! server.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! Without tokio, [`Server::spawn`] runs the server on a thread of its own, and the same methods block.
//!
//! # Layout
//!
//! The names on this page are the whole public interface, and semantic versioning counts for them alone. Behind them stand
//! private rooms whose imports point one way: `edge` (sockets and the real clock), `audit` (receivers are tried), `explore`
//! (schedules of webhooks are tried), `stage` (scenarios
//! are played), `sandbox` (the value and its walk through time), `control` (`/__admin`), `providers` (five folders of the same shape),
//! `contract` (what is read from the providers' tables), `scenario` (the language), `engine` (machinery that knows no provider) and `kit`.
//! `ARCHITECTURE.md` tells what is in each. Types of other crates that stand in signatures are those of `http`, `bytes`, `jiff`,
//! `ipnet` and `serde_json`.

// The feature `inside` makes every room visible, and the lint would ask for documentation of all.
// These macros panic when their stream is closed.
#![deny(clippy::print_stderr, clippy::print_stdout)]
#![cfg_attr(not(feature = "inside"), warn(missing_docs))]
// What only the command uses is unused without it.
#![cfg_attr(not(feature = "cli"), allow(dead_code, unused_imports))]

mod audit;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
mod contract;
mod control;
mod edge;
mod embed;
mod engine;
mod explore;
#[cfg(feature = "inside")]
#[doc(hidden)]
pub mod inside;
mod kit;
mod providers;
mod sandbox;
mod scenario;
mod stage;

pub use edge::{Certificate, Config, Making, Server};
pub use embed::{
    Answer, Counterexample, Error, Exploration, Findings, Fired, Report, Sandbox, ServedSandbox, SpawnedSandbox, SpawnedServer, Tried,
    Webhook,
};
pub use engine::clock::{Mode, Rate};
pub use engine::start::Start;
pub use kit::http::{Method, Request, Response};
pub use kit::secret::Secret;
pub use kit::time::Timestamp;
