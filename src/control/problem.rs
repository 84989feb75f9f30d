//! Refusals of the control API, which leave as problem documents.

use http::StatusCode;

use super::Now;
use crate::kit::http::Response;

/// A refusal of the control API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub status: StatusCode,
    pub code: &'static str,
    pub detail: String,
    /// Further members of the problem document.
    pub members: serde_json::Value,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), members: serde_json::Value::Null }
    }

    /// A value is wrong: 422.
    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request", detail)
    }

    /// Nothing has that name: 404.
    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// Refuses while a walk through time is under way. `why` says what has to wait for its end.
    pub(super) fn unless_walking(now: Now, why: &str) -> Result<(), Self> {
        if now.is_walking { Err(Self::new(StatusCode::CONFLICT, "advance_in_progress", why)) } else { Ok(()) }
    }

    /// As an answer.
    pub fn render(&self) -> Response {
        Response::problem_with(self.status, self.code, &self.detail, &self.members)
    }
}
