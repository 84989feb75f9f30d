//! Several machines that serve the same sandboxes.

mod calls;
mod cluster;
mod failing;
mod haproxy;
mod postgres;
mod secured;
mod simulated;
mod starting;
