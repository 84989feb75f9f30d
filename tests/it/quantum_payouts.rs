//! Quantum Payouts, from the outside.

mod edge_cases;
