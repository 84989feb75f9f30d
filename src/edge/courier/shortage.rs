//! What this machine lacks for a connection: descriptors, ports, memory. That says nothing about a receiver, so it is not
//! the outcome of an attempt.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::time::Duration;

use crate::edge::notices::Shortage;

/// The pause before the next try, at first.
pub const PAUSE_MIN: Duration = Duration::from_millis(50);
/// The longest pause before the next try.
pub const PAUSE_MAX: Duration = Duration::from_secs(2);
/// Descriptors that a look-up of a name opens at the same time, and one for its connection.
const LOOK_UP_DESCRIPTORS: usize = 4;

const DESCRIPTORS: &str = "this process has no file descriptor left; close idle connections to it, or raise its limit with `ulimit -n`";
#[cfg(unix)]
const ALL_DESCRIPTORS: &str = "this machine has no file descriptor left; end programs that hold many, or raise the limit of the system";
const PORTS: &str = "this machine has no free port for one more connection to it; wait until closed connections are forgotten";
const MEMORY: &str = "this machine has no memory for one more connection";

/// Codes of errors, what each says is short, and what can be done.
#[cfg(unix)]
const CODES: &[(i32, Shortage, &str)] = &[
    (libc::EMFILE, Shortage::Descriptors, DESCRIPTORS),
    (libc::ENFILE, Shortage::Descriptors, ALL_DESCRIPTORS),
    (libc::EADDRNOTAVAIL, Shortage::Ports, PORTS),
    (libc::ENOBUFS, Shortage::Memory, MEMORY),
    (libc::ENOMEM, Shortage::Memory, MEMORY),
];

/// WSAEMFILE, WSAEADDRNOTAVAIL, WSAENOBUFS.
#[cfg(not(unix))]
const CODES: &[(i32, Shortage, &str)] =
    &[(10_024, Shortage::Descriptors, DESCRIPTORS), (10_049, Shortage::Ports, PORTS), (10_055, Shortage::Memory, MEMORY)];

/// What an error says is short, and what can be done.
pub fn classify(error: &io::Error) -> Option<(Shortage, &'static str)> {
    let code = error.raw_os_error();
    let by_code = CODES.iter().find(|it| Some(it.0) == code).map(|it| (it.1, it.2));
    by_code.or_else(|| (error.kind() == ErrorKind::OutOfMemory).then_some((Shortage::Memory, MEMORY)))
}

/// Whether an error of a connection to that address says that this machine lacks something.
pub fn is_shortage(error: &io::Error, to: IpAddr) -> bool {
    match classify(error) {
        // A machine without IPv6 has no address of its own from which it could call one.
        Some((Shortage::Ports, _)) if to.is_ipv6() => has_address(Ipv6Addr::LOCALHOST.into()),
        found => found.is_some(),
    }
}

fn has_address(ip: IpAddr) -> bool {
    UdpSocket::bind((ip, 0)).map_or_else(|why| why.kind() != ErrorKind::AddrNotAvailable, |_| true)
}

/// Whether a name can be looked up now.
///
/// # Errors
/// What is lacking. A resolver does not say it.
pub fn check_descriptors() -> io::Result<()> {
    let open = |_| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0));
    match (0..LOOK_UP_DESCRIPTORS).map(open).collect::<io::Result<Vec<_>>>() {
        Err(why) if matches!(classify(&why), Some((Shortage::Descriptors | Shortage::Memory, _))) => Err(why),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    #[cfg(unix)]
    fn what_this_machine_lacks_is_not_an_outcome() {
        for code in [libc::EMFILE, libc::ENFILE, libc::EADDRNOTAVAIL, libc::ENOBUFS, libc::ENOMEM] {
            assert!(is_shortage(&io::Error::from_raw_os_error(code), V4), "{code}");
        }
        for code in [libc::ECONNREFUSED, libc::ECONNRESET, libc::ETIMEDOUT, libc::EHOSTUNREACH, libc::ENETUNREACH, libc::EACCES] {
            assert!(!is_shortage(&io::Error::from_raw_os_error(code), V4), "{code}");
        }
        assert!(!is_shortage(&io::Error::other("failed to lookup address information"), V4));
        assert!(is_shortage(&io::Error::from(ErrorKind::OutOfMemory), V4));
    }

    #[test]
    fn names_can_be_looked_up_here() {
        assert!(check_descriptors().is_ok());
    }
}
