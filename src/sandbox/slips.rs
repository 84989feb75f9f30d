//! The commonest slips of clients, which a provider's refusal does not name: the hint does.

use crate::engine::client;
use crate::engine::ids::ProviderId;
use crate::engine::log::Trace;
use crate::engine::world::World;
use crate::kit::http::{Request, Response, header};
use crate::kit::live_keys;
use crate::kit::time::Uptime;

/// What is probably wrong with a refused request, besides what the refusal says.
pub fn hint(
    world: &mut World,
    uptime: Uptime,
    provider_id: ProviderId,
    request: &Request,
    response: &Response,
    trace: &Trace,
) -> Option<&'static str> {
    // A form can be refused with 200.
    if trace.error.is_none() && !response.status.is_client_error() {
        return None;
    }
    if trace.error.is_some() && live_keys::is_sent_in(request) {
        return Some(live_keys::HINT);
    }
    if request.is_ambiguous {
        return Some("several sandboxes have this credential: say which is meant by /s/ and its name in front of the path");
    }
    let encoding = request.header(header::CONTENT_ENCODING);
    if !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity") {
        return Some("the body is compressed: send it without Content-Encoding");
    }
    if request.body.starts_with(b"\xEF\xBB\xBF") {
        return Some("the body begins with a byte order mark (EF BB BF), which JSON does not have: send it without");
    }
    world.with(provider_id, uptime, |provider, cx| client::slip(provider.contract(), cx, request))
}
