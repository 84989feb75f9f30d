//! `/__admin/capsule`: the whole history of a sandbox as one file.

use http::StatusCode;

use super::{Answer, Ask, Problem};
use crate::kit::http::Response;

/// The media type of a capsule.
pub const MEDIA_TYPE: &str = "application/vnd.playmoney.capsule";

pub fn save(_: &mut Ask<'_>) -> Result<Answer, Problem> {
    Ok(Answer::Capsule)
}

/// The history was longer than its bound, and cannot begin anew yet.
pub fn unavailable() -> Response {
    let detail = "The history was longer than its bound, and no moment has come since at which it could begin again: one without a \
                  waiting call and without a webhook under way. A server with a larger --history-bytes keeps more.";
    Response::problem(StatusCode::SERVICE_UNAVAILABLE, "history_dropped", detail)
}
