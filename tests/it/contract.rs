//! The contract tables: as documents, and compared with what the server does.

mod documents;
