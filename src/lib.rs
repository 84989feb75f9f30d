#![doc = include_str!("../README.md")]

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
pub mod contract;
pub mod control;
pub mod edge;
pub mod engine;
pub mod kit;
pub mod providers;
pub mod sandbox;
pub mod scenario;
pub mod stage;
