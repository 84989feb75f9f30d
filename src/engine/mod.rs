//! Machinery that knows no provider: one sandbox as a value that can be copied, saved and restored at any step.

pub mod account;
pub mod agenda;
pub mod chain;
pub mod client;
pub mod clock;
pub mod context;
pub mod contract;
pub mod delivery;
pub mod inbox;
pub mod journal;
pub mod matching;
pub mod outbox;
pub mod provider;
pub mod rules;
pub mod scenario;
pub mod state;
pub mod throttle;
pub mod walk;
pub mod world;
