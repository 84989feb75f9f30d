#![doc = include_str!("../README.md")]

pub mod control;
pub mod edge;
pub mod engine;
pub mod kit;
pub mod providers;
pub mod runner;
pub mod sandbox;
