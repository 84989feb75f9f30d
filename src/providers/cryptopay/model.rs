//! What is remembered: merchants, their orders with the transfers to them, wallets and webhook endpoints.

mod chains;
mod codes;
mod index;
mod memory;
mod merchants;
mod orders;
mod ranks;
mod saved;
mod settled;

pub use chains::*;
pub use codes::*;
pub use index::*;
pub use memory::*;
pub use merchants::*;
pub use orders::*;
pub use ranks::*;
pub use settled::*;

pub use crate::kit::numbered::Numbered;
