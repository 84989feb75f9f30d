//! The envelope around a single object.

use serde::Serialize;

use super::timestamp;
use crate::kit::http::{Response, StatusCode};
use crate::kit::time::Timestamp;

/// An object in its envelope.
pub fn envelope(status: StatusCode, data: &impl Serialize, message: &str, now: Timestamp) -> Response {
    #[derive(Serialize)]
    struct Envelope<'a, T> {
        success: bool,
        data: &'a T,
        message: &'a str,
        timestamp: String,
    }
    Response::json(status, &Envelope { success: true, data, message, timestamp: timestamp(now) })
}
