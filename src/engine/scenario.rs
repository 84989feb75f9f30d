//! scenario

pub mod mistakes;
pub mod reference;
pub mod yaml;
