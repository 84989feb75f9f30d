//! Machinery that knows no provider: one sandbox as a value that can be copied, saved and restored at any step.
//!
//! The files stand in one order, and each imports only from those before it: blockchain, ids, clock, matching, tables,
//! limits, account, rules, delivery, inbox, outbox, agenda, actions, chain, signature, log, touched, start, core, context,
//! store, lifecycle, client, provider, world, state.

pub mod account;
pub mod actions;
pub mod agenda;
pub mod blockchain;
pub mod chain;
pub mod client;
pub mod clock;
pub mod context;
pub mod core;
pub mod delivery;
pub mod ids;
pub mod inbox;
pub mod lifecycle;
pub mod limits;
pub mod log;
pub mod matching;
pub mod outbox;
pub mod provider;
pub mod rules;
pub mod signature;
pub mod start;
pub mod state;
pub mod store;
pub mod tables;
pub mod touched;
pub mod world;
