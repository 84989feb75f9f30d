//! Where webhooks may go, judged by the address of the actual connection.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;

/// The rule for every connection that leaves.
#[derive(Clone, Debug, Default)]
pub struct Egress {
    /// The permitted networks; empty: all but the forbidden ones.
    pub allow: Vec<IpNet>,
    /// The addresses this server listens on: a webhook to its own control API could reset the sandbox that sends it.
    pub own: Vec<SocketAddr>,
}

impl Egress {
    /// Whether a connection to that address may be opened.
    ///
    /// # Errors
    /// The rule that forbids it, as a sentence.
    pub fn judge(&self, to: SocketAddr) -> Result<(), String> {
        let ip = to.ip().to_canonical();
        if let Some(rule) = forbidden(ip) {
            return Err(format!("{ip} is {rule}, to which webhooks are never sent"));
        }
        if self.own.iter().any(|own| is_own(*own, ip, to.port())) {
            return Err(format!("{to} is this server, of which webhooks reach only the inboxes"));
        }
        if !self.allow.is_empty() && !self.allow.iter().any(|it| it.contains(&ip)) {
            return Err(format!("{ip} is in no network that `--webhook-allow` names"));
        }
        Ok(())
    }
}

/// A server that listens on every address owns each loopback address on its port. Webhooks to other addresses of the
/// machine are recognised by the header that deliveries carry.
fn is_own(own: SocketAddr, ip: IpAddr, port: u16) -> bool {
    port == own.port() && (own.ip().to_canonical() == ip || (own.ip().is_unspecified() && ip.is_loopback()))
}

const ANY: &str = "not the address of a host";
const METADATA: &str = "the metadata service of a cloud";
const LINK_LOCAL: &str = "a link-local address";
const MULTICAST: &str = "a multicast address";
const TUNNEL: &str = "an address that can hide another";

/// Why no setting permits an address: link-local and cloud metadata, multicast, and tunnels that can hide either.
pub fn forbidden(ip: IpAddr) -> Option<&'static str> {
    match ip.to_canonical() {
        IpAddr::V4(ip) => forbidden_v4(ip),
        IpAddr::V6(ip) => forbidden_v6(ip),
    }
}

fn forbidden_v4(ip: Ipv4Addr) -> Option<&'static str> {
    const METADATA_OF: [Ipv4Addr; 2] = [Ipv4Addr::new(169, 254, 169, 254), Ipv4Addr::new(100, 100, 100, 200)];
    match ip.octets()[0] {
        0 => Some(ANY),
        _ if METADATA_OF.contains(&ip) => Some(METADATA),
        _ if ip.is_link_local() => Some(LINK_LOCAL),
        _ if ip.is_multicast() || ip.is_broadcast() => Some(MULTICAST),
        _ => None,
    }
}

fn forbidden_v6(ip: Ipv6Addr) -> Option<&'static str> {
    const AWS_METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some(ANY),
        [0, 0, 0, 0, 0, 0, 0, 1] => None,
        segments if can_hide_another(segments) => Some(TUNNEL),
        _ if ip == AWS_METADATA => Some(METADATA),
        // `fec0::/10` is site-local, which RFC 3879 has withdrawn.
        [first, ..] if ip.is_unicast_link_local() || first & 0xffc0 == 0xfec0 => Some(LINK_LOCAL),
        _ if ip.is_multicast() => Some(MULTICAST),
        _ => None,
    }
}

/// An IPv4 address that is embedded (RFC 4291) or translated (SIIT), 6to4, NAT64, Teredo.
fn can_hide_another(segments: [u16; 8]) -> bool {
    const PREFIXES: [&[u16]; 5] = [&[0; 6], &[0, 0, 0, 0, 0xffff, 0], &[0x2002], &[0x64, 0xff9b], &[0x2001, 0]];
    PREFIXES.iter().any(|it| segments.starts_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    fn permits(egress: &Egress, text: &str) -> bool {
        egress.judge(at(text)).is_ok()
    }

    #[test]
    fn t1_some_addresses_are_never_dialled() {
        let forbidden = [
            "169.254.169.254:80",
            "169.254.0.1:80",
            "0.0.0.0:80",
            "0.1.2.3:80",
            "224.0.0.1:80",
            "255.255.255.255:80",
            "100.100.100.200:80",
            "[fe80::1]:80",
            "[fd00:ec2::254]:80",
            "[ff02::1]:80",
            "[::]:80",
            "[2002:a9fe:a9fe::1]:80",
            "[64:ff9b::a9fe:a9fe]:80",
            "[64:ff9b:1::a9fe:a9fe]:80",
            "[::ffff:169.254.169.254]:80",
            "[::169.254.169.254]:80",
            "[::127.0.0.1]:80",
            "[::2]:80",
            "[::ffff:0:169.254.169.254]:80",
            "[2001:0:a9fe:a9fe::1]:80",
            "[fec0::1]:80",
            "[feff::1]:80",
        ];
        let all: IpNet = "0.0.0.0/0".parse().expect("a network");
        for text in forbidden {
            assert!(!permits(&Egress::default(), text), "{text}");
            assert!(!permits(&Egress { allow: vec![all], own: Vec::new() }, text), "{text}, listed");
        }
        for text in [
            "127.0.0.1:80",
            "10.0.0.1:80",
            "192.168.1.1:80",
            "203.0.113.9:443",
            "[::1]:80",
            "[::ffff:127.0.0.1]:80",
            "[2001:db8::1]:80",
            "[2001:4860:4860::8888]:80",
            "[fd00::1]:80",
        ] {
            assert!(permits(&Egress::default(), text), "{text}");
        }
    }

    #[test]
    fn the_rule_that_blocks_is_named() {
        let egress = Egress { allow: vec!["127.0.0.0/8".parse().expect("a network")], own: vec![at("127.0.0.1:4242")] };
        for (text, rule) in [
            ("169.254.169.254:80", "metadata service"),
            ("169.254.0.1:80", "link-local"),
            ("[2002:a9fe:a9fe::1]:80", "can hide another"),
            ("127.0.0.1:4242", "this server"),
            ("10.0.0.1:80", "--webhook-allow"),
        ] {
            let said = egress.judge(at(text)).expect_err(text);
            assert!(said.contains(rule), "{text}: {said}");
        }
    }

    #[test]
    fn t1_a_list_is_the_whole_list() {
        let egress = Egress { allow: vec!["127.0.0.2/32".parse().expect("a network")], own: Vec::new() };
        assert!(permits(&egress, "127.0.0.2:80"));
        assert!(permits(&egress, "[::ffff:127.0.0.2]:80"));
        assert!(!permits(&egress, "127.0.0.1:80"));
        assert!(!permits(&egress, "203.0.113.9:80"));
    }

    #[test]
    fn t2_the_server_does_not_call_itself() {
        let egress = |own| Egress { allow: Vec::new(), own: vec![at(own)] };
        assert!(!permits(&egress("127.0.0.1:4242"), "127.0.0.1:4242"));
        assert!(!permits(&egress("127.0.0.1:4242"), "[::ffff:127.0.0.1]:4242"));
        assert!(permits(&egress("127.0.0.1:4242"), "127.0.0.1:4243"));
        assert!(!permits(&egress("0.0.0.0:4242"), "127.0.0.9:4242"));
        assert!(!permits(&egress("[::]:4242"), "[::1]:4242"));
    }
}
