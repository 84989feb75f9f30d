//! Values of flags that are refused when they can never do what they say.

use std::net::IpAddr;
use std::num::NonZeroUsize;

use ipnet::{IpNet, Ipv4Net};

use crate::edge::egress::forbidden;
use crate::sandbox::history::BYTES_LEAST;

/// A network that webhooks may go to. An address of IPv4 inside one of IPv6 is the same as that of IPv4.
pub fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let single = || text.parse::<IpAddr>().map(IpNet::from).ok();
    let network: Option<IpNet> = text.parse().ok().or_else(single);
    let network = network.map(canonical).ok_or("this is not a network: write 10.0.0.0/8 or 127.0.0.1")?;
    match (forbidden(network.network()), forbidden(network.broadcast())) {
        (Some(first), Some(last)) if first == last => Err(format!("webhooks are never sent to {first}: write another, such as 10.0.0.0/8")),
        _ => Ok(network),
    }
}

fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(own) = network else { return network };
    let length = own.prefix_len().checked_sub(96);
    let inside = own.addr().to_ipv4_mapped().zip(length).and_then(|(ip, length)| Ipv4Net::new(ip, length).ok());
    inside.map_or(network, IpNet::V4)
}

/// Each thread takes memory, and more threads than cores slow each other down.
const THREADS_MAX: usize = 1_024;

/// A number of threads.
pub fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.trim().parse().ok().filter(|it: &NonZeroUsize| it.get() <= THREADS_MAX);
    number.ok_or_else(|| format!("this is not a number of threads: write one from 1 to {THREADS_MAX}, such as 2"))
}

/// The cores that this process may use; one, when the system does not tell.
pub fn cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// The bytes that a history keeps.
pub fn history_bytes(text: &str) -> Result<usize, String> {
    let number = text.trim().parse().ok().filter(|it| BYTES_LEAST <= *it);
    number.ok_or_else(|| format!("this is not a number of bytes for a history: write one from {BYTES_LEAST}, such as 67108864"))
}

/// The token of the control API, as `Authorization: Bearer` can carry it.
pub fn bearer(token: &str) -> Result<&str, &'static str> {
    if token.is_empty() {
        return Err("--admin-token is empty: remove it, or write `none`");
    }
    if token.eq_ignore_ascii_case("none") {
        return Err("--admin-token: write `none` in lower case for no token, or choose a token that is not this word");
    }
    if !token.bytes().all(|it| it.is_ascii_graphic()) {
        return Err(
            "--admin-token has a space, a control character or a letter beyond ASCII, which the header Authorization cannot carry: \
                    write letters, digits and signs, such as a-long-token_1",
        );
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_that_match_nothing_are_refused() {
        for (text, network) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            (" 127.0.0.1", "127.0.0.1/32"),
            ("::1", "::1/128"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:127.0.0.1", "127.0.0.1/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(super::network(text).map(|it| it.to_string()).as_deref(), Ok(network), "{text}");
        }
        for text in
            ["", "localhost", "10.0.0.0/33", "169.254.0.0/16", "169.254.169.254", "::ffff:169.254.0.0/112", "fe80::/10", "224.0.0.0/4"]
        {
            assert!(super::network(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_of_threads_has_bounds() {
        assert_eq!([" 1", "1024"].map(|it| threads(it).map(NonZeroUsize::get)), [Ok(1), Ok(1_024)]);
        assert!(["", "0", "-1", "1.5", "two", "1025", "99999999999999999999"].iter().all(|it| threads(it).is_err()));
    }

    #[test]
    fn a_history_has_room_for_something() {
        assert_eq!(history_bytes("1048576"), Ok(1_048_576));
        assert!(["", "0", "-1", "1048575", "64MiB"].iter().all(|it| history_bytes(it).is_err()));
    }

    #[test]
    fn tokens_that_no_header_can_carry_are_refused() {
        assert!(["a", "a-long-token_1", "x=/+~.", "nonesuch"].iter().all(|it| bearer(it) == Ok(it)));
        assert!(["", " ", "a b", "a ", "\u{e9}", "a\tb", "a\n", "None", "NONE"].iter().all(|it| bearer(it).is_err()));
    }
}
