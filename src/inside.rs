//! The rooms of the crate for its own tests, benchmarks and fuzz targets. None of it is public.

pub mod contract {
    pub use crate::contract::*;
}
pub mod control {
    pub use crate::control::*;
}
pub mod edge {
    pub use crate::edge::*;
}
pub mod engine {
    pub use crate::engine::*;
}
pub mod explore {
    pub use crate::explore::*;
}
pub mod kit {
    pub use crate::kit::*;
}
pub mod providers {
    pub use crate::providers::*;
}
pub mod sandbox {
    pub use crate::sandbox::*;
}
pub mod scenario {
    pub use crate::scenario::*;
}
pub mod stage {
    pub use crate::stage::*;
}
