//! The contract tables: as documents, and compared with what the server does, both ways.

mod answers;
mod control_answers;
mod cryptopay;
mod deciding;
mod dialects;
pub mod documents;
mod limits;
mod names;
mod qbitpay;
mod row_names;
mod rows;
pub mod run;
pub mod served;
mod statements;
mod summary;
mod texts;
