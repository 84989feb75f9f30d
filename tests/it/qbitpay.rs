//! QbitPay, from the outside.

mod edge_cases;
