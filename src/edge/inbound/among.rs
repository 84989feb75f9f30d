//! What is looked at in a request first: whether another server has sent it on.

use std::net::IpAddr;

use hyper::body::Incoming;

use super::{Exchange, Shared};
use crate::edge::admission::{Arrival, Sender, arrive};
use crate::edge::hosting::Reach;
#[cfg(feature = "postgres")]
use crate::edge::replicas::forwarding::{take_hop, tell_transport};
use crate::engine::rules::Transport;
use crate::kit::http::Response;

/// How far a call about sandboxes looks: one that another server has sent on is about those of this one.
#[cfg(feature = "postgres")]
pub(super) const fn reach(sender: Sender) -> Reach {
    if sender.hop.is_some() { Reach::Here } else { Reach::Everywhere }
}

#[cfg(not(feature = "postgres"))]
pub(super) const fn reach(_: Sender) -> Reach {
    Reach::Here
}

/// Who has sent a request. The mark of another server is taken out of it.
#[cfg(feature = "postgres")]
pub(super) fn sender(shared: &Shared, peer: IpAddr, head: &mut http::request::Parts) -> Sender {
    let hop = shared.registry.replicas().and_then(|it| take_hop(&mut head.headers, it.token()));
    Sender { ip: hop.map_or(peer, |it| it.peer), hop }
}

#[cfg(not(feature = "postgres"))]
pub(super) const fn sender(_: &Shared, ip: IpAddr, _: &mut http::request::Parts) -> Sender {
    Sender { ip }
}

/// A request that was read. `None`: its caller has hung up while another server answers it.
#[cfg(feature = "postgres")]
pub(super) async fn arriving(
    shared: &Shared,
    sender: Sender,
    exchange: &Exchange,
    head: &mut http::request::Parts,
    body: Incoming,
) -> Option<Arrival> {
    if shared.registry.replicas().is_none() {
        return Some(arrive(shared, sender, exchange, head, body).await);
    }
    // Boxed, because only a server among others needs its size.
    tokio::select! {
        biased;
        arrival = Box::pin(arrive(shared, sender, exchange, head, body)) => Some(arrival),
        () = exchange.given_up() => None,
    }
}

#[cfg(not(feature = "postgres"))]
pub(super) async fn arriving(
    shared: &Shared,
    sender: Sender,
    exchange: &Exchange,
    head: &mut http::request::Parts,
    body: Incoming,
) -> Option<Arrival> {
    Some(arrive(shared, sender, exchange, head, body).await)
}

/// Says which server has answered. What a rule does to the answer of a request that was sent on is told to the server that has its caller.
#[cfg(feature = "postgres")]
pub(super) fn mark(shared: &Shared, sender: Sender, response: &mut Response, transport: &mut Option<Transport>) {
    let Some(replicas) = shared.registry.replicas() else { return };
    replicas.sign(&mut response.headers);
    if sender.hop.is_some()
        && let Some(transport) = transport.take()
    {
        tell_transport(response, &transport);
    }
}

#[cfg(not(feature = "postgres"))]
pub(super) const fn mark(_: &Shared, _: Sender, _: &mut Response, _: &mut Option<Transport>) {}
