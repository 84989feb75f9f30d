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
    pub fn permits(&self, to: SocketAddr) -> bool {
        let ip = to.ip().to_canonical();
        let listed = self.allow.is_empty() || self.allow.iter().any(|it| it.contains(&ip));
        listed && !is_forbidden(ip) && !self.own.iter().any(|own| is_own(*own, ip, to.port()))
    }
}

/// A server that listens on every address owns each loopback address on its port. Webhooks to other addresses of the
/// machine are recognised by the header that deliveries carry.
fn is_own(own: SocketAddr, ip: IpAddr, port: u16) -> bool {
    port == own.port() && (own.ip().to_canonical() == ip || (own.ip().is_unspecified() && ip.is_loopback()))
}

/// Addresses that no setting permits: link-local and cloud metadata, multicast, and tunnels that can hide either.
pub fn is_forbidden(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_forbidden_v4(ip),
        IpAddr::V6(ip) => is_forbidden_v6(ip),
    }
}

fn is_forbidden_v4(ip: Ipv4Addr) -> bool {
    const ALIBABA_METADATA: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);
    ip.octets()[0] == 0 || ip.is_link_local() || ip.is_multicast() || ip.is_broadcast() || ip == ALIBABA_METADATA
}

fn is_forbidden_v6(ip: Ipv6Addr) -> bool {
    const AWS_METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    let segments = ip.segments();
    let six_to_four = segments[0] == 0x2002;
    let nat64 = segments[0] == 0x64 && segments[1] == 0xff9b;
    ip.is_unspecified() || ip.is_unicast_link_local() || ip.is_multicast() || six_to_four || nat64 || ip == AWS_METADATA
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().expect("an address")
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
            "[::ffff:169.254.169.254]:80",
        ];
        let all: IpNet = "0.0.0.0/0".parse().expect("a network");
        for text in forbidden {
            assert!(!Egress::default().permits(at(text)), "{text}");
            assert!(!Egress { allow: vec![all], own: Vec::new() }.permits(at(text)), "{text}, listed");
        }
        for text in ["127.0.0.1:80", "10.0.0.1:80", "192.168.1.1:80", "203.0.113.9:443", "[::1]:80", "[2001:db8::1]:80", "[fd00::1]:80"] {
            assert!(Egress::default().permits(at(text)), "{text}");
        }
    }

    #[test]
    fn t1_a_list_is_the_whole_list() {
        let egress = Egress { allow: vec!["127.0.0.2/32".parse().expect("a network")], own: Vec::new() };
        assert!(egress.permits(at("127.0.0.2:80")));
        assert!(egress.permits(at("[::ffff:127.0.0.2]:80")));
        assert!(!egress.permits(at("127.0.0.1:80")));
        assert!(!egress.permits(at("203.0.113.9:80")));
    }

    #[test]
    fn t2_the_server_does_not_call_itself() {
        let egress = |own| Egress { allow: Vec::new(), own: vec![at(own)] };
        assert!(!egress("127.0.0.1:4242").permits(at("127.0.0.1:4242")));
        assert!(!egress("127.0.0.1:4242").permits(at("[::ffff:127.0.0.1]:4242")));
        assert!(egress("127.0.0.1:4242").permits(at("127.0.0.1:4243")));
        assert!(!egress("0.0.0.0:4242").permits(at("127.0.0.9:4242")));
        assert!(!egress("[::]:4242").permits(at("[::1]:4242")));
    }
}
