//! What this machine lacks for a connection: descriptors, ports, memory. That says nothing about a receiver, so it is not
//! the outcome of an attempt.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::time::Duration;

use parking_lot::Mutex;

use crate::edge::driver::Stopwatch;
use crate::kit::webhook_url::WebhookUrl;

/// The pause before the next try, at first.
pub const PAUSE_MIN: Duration = Duration::from_millis(50);
/// The longest pause before the next try.
pub const PAUSE_MAX: Duration = Duration::from_secs(2);
/// A shortage is reported again after this time.
const REPORT_EVERY: Duration = Duration::from_secs(60);
/// Descriptors that a look-up of a name opens at the same time, and one for its connection.
const LOOK_UP_DESCRIPTORS: usize = 4;

/// A kind of thing that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Of this process.
    Descriptors,
    /// Of the whole machine.
    AllDescriptors,
    Ports,
    Memory,
}

#[cfg(unix)]
const CODES: &[(i32, Kind)] = &[
    (libc::EMFILE, Kind::Descriptors),
    (libc::ENFILE, Kind::AllDescriptors),
    (libc::EADDRNOTAVAIL, Kind::Ports),
    (libc::ENOBUFS, Kind::Memory),
    (libc::ENOMEM, Kind::Memory),
];

/// WSAEMFILE, WSAEADDRNOTAVAIL, WSAENOBUFS.
#[cfg(not(unix))]
const CODES: &[(i32, Kind)] = &[(10_024, Kind::Descriptors), (10_049, Kind::Ports), (10_055, Kind::Memory)];

fn kind(error: &io::Error) -> Option<Kind> {
    let code = error.raw_os_error();
    let by_code = CODES.iter().find(|it| Some(it.0) == code).map(|it| it.1);
    by_code.or_else(|| (error.kind() == ErrorKind::OutOfMemory).then_some(Kind::Memory))
}

/// Whether an error of a connection to that address says that this machine lacks something.
pub fn is_shortage(error: &io::Error, to: IpAddr) -> bool {
    match kind(error) {
        // A machine without IPv6 has no address of its own from which it could call one.
        Some(Kind::Ports) if to.is_ipv6() => has_address(Ipv6Addr::LOCALHOST.into()),
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
        Err(why) if matches!(kind(&why), Some(Kind::Descriptors | Kind::AllDescriptors | Kind::Memory)) => Err(why),
        _ => Ok(()),
    }
}

/// Tells the people at the machine, once a minute at most.
pub struct Shortage {
    stopwatch: Stopwatch,
    reported: Mutex<Option<Duration>>,
}

impl Default for Shortage {
    fn default() -> Self {
        Self { stopwatch: Stopwatch::start(), reported: Mutex::new(None) }
    }
}

impl Shortage {
    /// Says on standard error what is lacking and what can be done, or in the log when there is one.
    pub fn report(&self, error: &io::Error, target: &WebhookUrl) {
        let now = self.stopwatch.uptime().elapsed;
        {
            let mut reported = self.reported.lock();
            if reported.is_some_and(|it| now < it + REPORT_EVERY) {
                return;
            }
            *reported = Some(now);
        }
        let advice = advice(kind(error).unwrap_or(Kind::Memory));
        let text = format!("a webhook to {} waits and is tried again: {advice} ({error})", target.authority);
        if tracing::enabled!(tracing::Level::WARN) {
            tracing::warn!("{text}");
        } else {
            eprintln!("playmoney: {text}");
        }
    }
}

fn advice(kind: Kind) -> &'static str {
    match kind {
        Kind::Descriptors => "this process has no file descriptor left; close idle connections to it, or raise its limit with `ulimit -n`",
        Kind::AllDescriptors => "this machine has no file descriptor left; end programs that hold many, or raise the limit of the system",
        Kind::Ports => "this machine has no free port for one more connection to it; wait until closed connections are forgotten",
        Kind::Memory => "this machine has no memory for one more connection",
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
