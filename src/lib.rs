//! Five payment providers on a simulated clock.

pub mod control;
pub mod edge;
pub mod engine;
pub mod kit;
pub mod providers;
pub mod sandbox;
