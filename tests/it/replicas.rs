//! Several machines that serve the same sandboxes.

mod calls;
mod cluster;
mod failing;
mod halfway;
mod haproxy;
mod lasting;
mod postgres;
mod secured;
mod shopper;
mod simulated;
mod starting;
