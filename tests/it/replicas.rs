//! Several machines that serve the same sandboxes.

mod simulated;
