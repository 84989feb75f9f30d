//! Connections that have waited longer than they may.

use std::time::Duration;

use super::socket::Socket;

/// How often a connection is looked at.
pub const LOOK_INTERVAL: Duration = Duration::from_secs(15);
/// A connection whose head is still incomplete, or whose answer is still not read on, at this look is closed.
pub const LOOKS_MAX: u32 = 3;
/// A connection may wait this long for its next request. Go's clients keep one for 90 s, Java's for 20 minutes: a server that
/// closes first can meet a request that is on its way.
const IDLE_TIME_MAX: Duration = Duration::from_secs(1_260);

/// A connection of HTTP/2 whose client has not asked for anything at this look is closed.
#[cfg(feature = "tls")]
pub const FIRST_LOOKS_MAX: u64 = 3;

/// A connection that has waited for its next request at this look is closed.
pub const fn idle_looks_max() -> u64 {
    IDLE_TIME_MAX.as_secs() / LOOK_INTERVAL.as_secs()
}

/// What a connection has waited for longer than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// The next request.
    Request,
    /// The rest of a head.
    Head,
    /// A client that reads nothing of its answer.
    Reader,
}

/// Waits until a connection has been idle, has had half a head, or has read nothing of its answer, longer than it may.
pub async fn too_long(socket: &Socket) -> Waited {
    let (mut idle, mut half_head, mut stuck) = (0, 0, 0);
    let mut stuck_at = None;
    let mut number = socket.requests();
    while idle < idle_looks_max() && half_head.max(stuck) < LOOKS_MAX {
        tokio::time::sleep(LOOK_INTERVAL).await;
        if socket.place().is_busy() || number != socket.requests() {
            (idle, half_head, number) = (0, 0, socket.requests());
        }
        idle += 1;
        half_head = if socket.has_half_a_head() { half_head + 1 } else { 0 };
        let now_at = socket.stuck_at();
        stuck = if now_at.is_some() && now_at == stuck_at { stuck + 1 } else { 0 };
        stuck_at = now_at;
    }
    if half_head == LOOKS_MAX {
        Waited::Head
    } else if stuck == LOOKS_MAX {
        Waited::Reader
    } else {
        Waited::Request
    }
}
