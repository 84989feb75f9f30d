//! Several machines that serve the same sandboxes.

mod calls;
mod cluster;
mod failing;
mod haproxy;
mod postgres;
mod shopper;
mod simulated;
mod starting;
