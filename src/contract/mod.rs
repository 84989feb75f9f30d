//! What is read from a provider's tables: the description for people, OpenAPI documents, hints and violations.

pub mod describe;
pub mod hints;
pub mod openapi;
pub mod rows;
pub mod violations;
