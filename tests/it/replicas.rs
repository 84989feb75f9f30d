//! Several machines that serve the same sandboxes.

mod calls;
mod cluster;
mod damaged;
mod failing;
mod greeting;
mod halfway;
mod haproxy;
mod lasting;
mod making;
mod postgres;
mod secured;
mod shopper;
mod simulated;
mod standing;
mod starting;
