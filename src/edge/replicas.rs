//! Several machines that serve the same sandboxes, whose histories are kept in PostgreSQL.

pub mod connecting;
pub mod database;
mod schema;
pub mod tenure;
