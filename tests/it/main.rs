//! The one integration binary.

mod asking;
mod audit;
mod births;
mod broken;
mod browser;
mod cli;
mod clients;
mod contract;
mod control;
mod cryptopay;
#[cfg(unix)]
mod docs;
mod edge;
mod embed;
mod engine;
#[cfg(unix)]
mod exploring;
mod files;
mod floods;
mod hosted;
mod imported;
mod memory;
mod merchants;
mod net;
#[cfg(unix)]
mod packages;
mod platforms;
mod playing;
mod promises;
mod published;
mod qbitpay;
mod quantapay;
mod quantum_payouts;
mod quoine;
#[cfg(feature = "postgres")]
mod replicas;
mod rules;
mod scenarios;
mod secure;
mod served;
mod simulate;
mod slips;
mod tape;
mod tidy;
mod weighing;
mod wrapping;
