//! The log of the server, as events of `tracing`: what happens in a sandbox, and the control calls. The command chooses whether
//! and how they are written.

use http::Method;
use serde_json::Value as Json;

use super::driver::Driver;
use crate::control::{Gravity, News};
use crate::kit::http::Response;
use crate::sandbox::TIME;

/// An event of this level, with every field of a line that it has.
macro_rules! event {
    ($level:ident, $sandbox:expr, $it:expr) => {
        tracing::$level!(
            sandbox = $sandbox,
            kind = $it.kind,
            at = $it.at.map(|it| it.to_string()),
            provider = $it.provider,
            id = $it.id,
            operation = $it.operation,
            account = $it.account,
            event = $it.event,
            subject = $it.subject,
            from = $it.from,
            to = $it.to,
            cause = $it.cause,
            attempt = $it.attempt,
            url = $it.url,
            status = $it.status,
            error = $it.error,
            detail = $it.detail,
            hint = $it.hint,
            rule = $it.rule,
            evidence = $it.evidence,
            next_attempt_at = $it.next_attempt_at.map(|it| it.to_string()),
            waited_ms = $it.waited_ms,
            "{}",
            $it.message
        )
    };
}

/// Whether a journal keeps a request, so that its line comes from there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Told {
    InJournal,
    Nowhere,
    /// By the server that has answered.
    #[cfg(feature = "postgres")]
    Elsewhere,
}

/// Whether the log is written. Its lines are costly to compose, so they are composed only then.
pub fn is_read() -> bool {
    tracing::enabled!(tracing::Level::INFO)
}

/// Writes what has happened in a sandbox.
pub fn tell(sandbox: &str, news: &[News]) {
    for it in news {
        match it.gravity {
            Gravity::Usual => event!(info, sandbox, it),
            Gravity::Warning => event!(warn, sandbox, it),
            Gravity::Failure => event!(error, sandbox, it),
        }
    }
}

/// Writes that a control call, which stands in no journal, was answered.
pub fn tell_control(driver: &Driver, method: &Method, path: &str, response: &Response) {
    let renderer = driver.renderer();
    let text = renderer.text(&format!("{method} {path}"));
    let at = response.headers.get(TIME).and_then(|it| it.to_str().ok());
    let (sandbox, status) = (driver.name(), response.status.as_u16());
    let detail = if status < 400 { None } else { serde_json::from_slice::<Json>(&response.body).ok() };
    let detail = detail.as_ref().and_then(|it| it["detail"].as_str()).map(|it| renderer.text(it));
    tracing::info!(sandbox, kind = "control", at, method = method.as_str(), status, detail, "{text}");
}
