//! System Features.

use serde::Serialize;

use super::{Block, SUCCESS};
use crate::kit::http::{Response, StatusCode};
use crate::kit::time::{Timestamp, unix_seconds};

/// What the token may do.
#[derive(Clone, Copy, Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the provider's object is six flags")]
pub struct Features {
    pub single_payout: bool,
    pub batch_processing: bool,
    pub bearer_auth: bool,
    pub card_payouts: bool,
    pub sbp_payouts: bool,
    pub file_download: bool,
}

/// The answer of `features`.
pub fn features(now: Timestamp, environment: &str, features: Features) -> Response {
    #[derive(Serialize)]
    struct System<'a> {
        system: &'static str,
        environment: &'a str,
        version: &'static str,
        timestamp: i64,
        features: Features,
        result: Block,
    }
    let (system, version) = ("payouts", "v1");
    Response::json(StatusCode::OK, &System { system, environment, version, timestamp: unix_seconds(now), features, result: SUCCESS })
}
