//! The same on a server among others that have the same sandboxes: it answers itself, or the owner of the sandbox does.

use std::sync::Arc;

use http::Uri;

use super::{Arrival, Arrived, Sender, makes_one, refused, unknown};
use crate::control::{Call, Caller};
use crate::edge::access::Head;
use crate::edge::bodies::Held;
use crate::edge::driver::{Driver, Leaving};
use crate::edge::inbound::Shared;
use crate::edge::replicas::forwarding::Onward;
use crate::edge::replicas::placing::{Asked, Place};
use crate::edge::replicas::service::Replicas;
use crate::kit::http::{Request, Response};

/// Who calls what.
#[derive(Clone, Copy)]
pub struct May {
    pub sender: Sender,
    pub may_call: Option<Caller>,
    pub call: Option<&'static Call>,
}

/// Finds the place of a request, and whether it may call there.
pub async fn arrive(
    shared: &Shared,
    replicas: &Arc<Replicas>,
    may: May,
    (by_path, uri): (Option<&str>, Uri),
    mut request: Box<Request>,
    held: Held,
) -> Arrival {
    let May { sender, may_call, call } = may;
    let unheard = |request: Box<Request>| may_call.is_none().then_some(*request);
    // Another replica has its own token: a call goes on only if it may be made here too.
    if may_call.is_some()
        && let Err(response) = admitted(shared, may, &request)
    {
        return refused(None, response, None);
    }
    loop {
        let (method, headers, body) = (request.method.clone(), request.headers.clone(), request.body.clone());
        let onward = Onward { method, uri: uri.clone(), headers, body, peer: sender.ip };
        let asked = Asked { call, by_path, request: &request };
        let driver = match replicas.place(&shared.registry, asked, onward, sender.hop).await {
            Place::Server => shared.registry.default(),
            Place::Here { driver, is_ambiguous } => {
                request.is_ambiguous = is_ambiguous;
                driver
            }
            Place::Answered { response, transport, stream } => {
                let transport = transport.map(|it| *it);
                return Arrival::Elsewhere(Box::new(Leaving { response, transport, ticket: None, caller: None, stream }));
            }
            Place::Refused(response) => return refused(None, response, None),
            Place::Absent(name) => match make(shared, replicas, may, &name, &request).await {
                Ok(Some(driver)) => driver,
                Ok(None) => continue, // another replica has made it meanwhile
                Err(response) => return refused(None, unknown(&request, response), unheard(request)),
            },
        };
        return match admitted(shared, may, &request) {
            Ok(()) => Arrival::Here(Arrived { driver, call, request, held }),
            Err(response) => refused(Some(driver), response, unheard(request)),
        };
    }
}

fn admitted(shared: &Shared, may: May, request: &Request) -> Result<(), Response> {
    let second = shared.stopwatch.uptime().elapsed.as_secs();
    let head = Head { method: &request.method, headers: &request.headers, may_call: may.may_call, peer: may.sender.ip, second };
    shared.access.admit(head, &request.origin)
}

/// Makes a sandbox that a request names, if it may. `None`: it was made elsewhere.
async fn make(shared: &Shared, replicas: &Arc<Replicas>, may: May, name: &str, request: &Request) -> Result<Option<Arc<Driver>>, Response> {
    admitted(shared, may, request)?;
    if !shared.registry.makes_on_use() || !makes_one(shared, may.may_call, request) {
        return Err(shared.registry.unknown(name, shared.access.naming()));
    }
    shared.registry.make_on_use_shared(replicas, name).await
}
