//! Several machines that serve the same sandboxes, whose histories are kept in `PostgreSQL`.
//!
//! ```text
//! request ─▶ placing: the name of its sandbox ─▶ service: the desk says who owns it ─┬ here ─▶ driver ─▶ keeper ─▶ database
//!                                                                                    ├ there ─▶ forwarding, one hop
//!                                                                                    └ without owner ─▶ claim ─▶ restoring
//! tending   the lease is renewed, sandboxes with something to do and without an owner are taken, lost ones are dropped
//! tenure    the rules, without I/O
//! ```

pub mod connecting;
pub mod database;
pub mod forwarding;
mod hosting;
pub mod keeper;
mod leaving;
mod opening;
pub mod placing;
mod restoring;
mod schema;
pub mod service;
mod tending;
pub mod tenure;
mod waiting;

pub use self::opening::{Opened, Opening};
