//! The commonest slips of clients, which a provider's refusal does not name: the hint does.

use crate::engine::client;
use crate::engine::ids::ProviderId;
use crate::engine::world::World;
use crate::kit::http::{Request, header};
use crate::kit::time::Uptime;

/// What is probably wrong with a refused request, besides what the refusal says.
pub fn hint(world: &mut World, uptime: Uptime, provider_id: ProviderId, request: &Request) -> Option<&'static str> {
    let encoding = request.header(header::CONTENT_ENCODING);
    if !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity") {
        return Some("the body is compressed: send it without Content-Encoding");
    }
    if request.body.starts_with(b"\xEF\xBB\xBF") {
        return Some("the body begins with a byte order mark (EF BB BF), which JSON does not have: send it without");
    }
    world.with(provider_id, uptime, |provider, cx| client::slip(provider.contract(), cx, request))
}
