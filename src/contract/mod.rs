//! Readers of the tables of a provider: descriptions for people, OpenAPI documents, hints and violations.

pub mod assumptions;
pub mod coverage;
pub mod describe;
pub mod hints;
pub mod openapi;
pub mod rows;
pub mod violations;
