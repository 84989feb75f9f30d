//! The contract tables: as documents, and compared with what the server does, both ways.

mod answers;
mod dialects;
mod documents;
mod rows;
mod served;
