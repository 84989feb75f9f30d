//! Five payment providers on a simulated clock.

pub mod control;
pub mod engine;
pub mod kit;
pub mod providers;
pub mod sandbox;
