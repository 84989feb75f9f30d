//! How large a request may be. A server refuses a larger one while it reads it, and a sandbox in memory before it hears it.

use super::answers::Stamp;
use super::{Sandbox, Ticket, Work};
use crate::control::{BodyLimits, Call, Later};
use crate::kit::http::{HeaderMap, Method, Request, Response, StatusCode, Target};
use crate::kit::time::Uptime;

/// All headers of a request together, with its request line.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;

/// The header fields of one request. This is hyper's default; to set it as well would cost an allocation a request.
pub const HEADERS_MAX: usize = 100;

/// The method of a request that a server takes: every usual one is shorter.
pub const METHOD_BYTES_MAX: usize = 32;

/// Nearly the size of a request line and headers as they are sent.
pub fn head_bytes(method: &Method, target: &str, headers: &HeaderMap) -> usize {
    headers.iter().fold(method.as_str().len() + target.len(), |sum, (name, value)| sum + name.as_str().len() + value.len() + ": \r\n".len())
}

/// The refusal of a head with too many bytes, or too many fields.
pub fn head_too_large() -> Response {
    let detail =
        format!("A request has at most {HEADERS_MAX} header fields here, and {HEAD_BYTES_MAX} bytes in them and its request line.");
    Response::problem(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large", &detail)
}

/// The refusal of a body of more than that.
pub fn body_too_large(bytes_max: usize) -> Response {
    Response::problem(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", &format!("A body has at most {bytes_max} bytes here."))
}

impl Sandbox {
    /// An answer that is made later has the moment at which it was asked for.
    pub(super) fn defer(&mut self, ticket: Ticket, later: Later) {
        let stamp = Stamp::new(self.world.core.now, &self.world.core.name);
        self.tickets.defer(ticket, Work::Later(later.then(move |response| stamp.put_on(response))));
    }

    /// The refusal of a request that a server would not read.
    pub fn refusal(&self, uptime: Uptime, request: &Request) -> Option<Response> {
        let limits = match request.path.target() {
            Target::Control { path } => Call::find(&request.method, path).map_or(BodyLimits::USUAL, |it| it.limits),
            Target::Provider { .. } => BodyLimits::USUAL,
        };
        let refusal = if HEAD_BYTES_MAX < head_bytes(&request.method, &request.target, &request.headers) {
            head_too_large()
        } else if limits.bytes_max < request.body.len() {
            body_too_large(limits.bytes_max)
        } else {
            return None;
        };
        Some(self.stamped_at(uptime, refusal))
    }
}
