//! The one integration binary.

mod asking;
mod births;
mod broken;
mod cli;
mod clients;
mod contract;
mod control;
mod cryptopay;
mod edge;
mod embed;
mod engine;
mod floods;
mod merchants;
mod net;
mod playing;
mod qbitpay;
mod quantapay;
mod quantum_payouts;
mod quoine;
mod readme;
mod rules;
mod scenarios;
mod simulate;
mod tape;
mod tidy;
mod wrapping;
