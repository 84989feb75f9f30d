//! Where a server listens, as the flags say it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use clap::Args;

/// Without a flag.
const PORT: u16 = 4242;

#[derive(Args)]
pub struct Listen {
    /// An address to listen on (repeatable)
    ///
    /// Port 0 picks a free port, `localhost` is both loopback addresses, a port alone is on 127.0.0.1.
    #[arg(long, value_name = "ADDR:PORT", value_parser = place, value_delimiter = ',')]
    #[arg(default_value = "127.0.0.1:4242", env = "PLAYMONEY_LISTEN")]
    listen: Vec<Place>,
    /// The port, in place of that of each address
    #[arg(short, long, value_name = "N", value_parser = port, env = "PLAYMONEY_PORT")]
    port: Option<Port>,
}

/// The value of `--port`. None for an address such as `tcp://10.0.0.1:4242`: Kubernetes sets the variable to it, in every
/// container, for a service that is named `playmoney`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port(Option<u16>);

pub fn port(text: &str) -> Result<Port, String> {
    if text.starts_with("tcp://") {
        return Ok(Port(None));
    }
    text.parse().map(|it| Port(Some(it))).map_err(|_| "write a number from 0 to 65535".to_owned())
}

/// One value of `--listen`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    At(SocketAddr),
    /// 127.0.0.1 and, where the machine has it, `::1`.
    Localhost(u16),
}

pub fn place(text: &str) -> Result<Place, String> {
    let text = text.trim();
    let at = |ip: IpAddr, port| Place::At(SocketAddr::new(ip, port));
    if let Some(port) = text.strip_prefix("localhost") {
        let port = if port.is_empty() { Some(PORT) } else { port.strip_prefix(':').and_then(|it| it.parse().ok()) };
        return port.map(Place::Localhost).ok_or_else(advice);
    }
    let socket = || text.parse().map(Place::At).ok();
    let port = || text.parse().ok().map(|port| at(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    let ip = || text.trim_matches(['[', ']']).parse().ok().map(|ip| at(ip, PORT));
    socket().or_else(port).or_else(ip).ok_or_else(advice)
}

fn advice() -> String {
    "write an IP address and a port, such as 127.0.0.1:4242 or [::1]:4242; localhost:4242; or a port alone".to_owned()
}

impl Listen {
    /// The addresses, in the order of the flags, each once.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        addresses(&self.listen, self.port)
    }
}

/// The addresses of these places, in their order, each once; a port that is given alone is that of all.
pub fn addresses(places: &[Place], port: Option<Port>) -> Vec<SocketAddr> {
    let has_ipv6 = || TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    addresses_where(places, port, has_ipv6)
}

fn addresses_where(places: &[Place], given: Option<Port>, has_ipv6: impl Fn() -> bool) -> Vec<SocketAddr> {
    let mut addresses = Vec::new();
    for place in places {
        let (ips, port): (&[IpAddr], u16) = match place {
            Place::At(address) => (&[address.ip()], address.port()),
            Place::Localhost(port) if has_ipv6() => (&[IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)], *port),
            Place::Localhost(port) => (&[IpAddr::V4(Ipv4Addr::LOCALHOST)], *port),
        };
        for ip in ips {
            let address = SocketAddr::new(*ip, given.and_then(|it| it.0).unwrap_or(port));
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_in_many_ways() {
        let of = |texts: &[&str], port: Option<&str>| {
            let places: Vec<Place> = texts.iter().map(|it| place(it).expect("an address")).collect();
            let port = port.map(|it| super::port(it).expect("a port"));
            let addresses = addresses_where(&places, port, || true);
            addresses.iter().map(SocketAddr::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of(&["localhost:5000"], None), "127.0.0.1:5000 [::1]:5000");
        assert_eq!(of(&["127.0.0.1:1", "[::1]:2", "127.0.0.1:1"], None), "127.0.0.1:1 [::1]:2");
        assert_eq!(of(&["8080", " localhost", "::1", "0.0.0.0"], None), "127.0.0.1:8080 127.0.0.1:4242 [::1]:4242 0.0.0.0:4242");
        assert_eq!(of(&["127.0.0.1:4242"], Some("0")), "127.0.0.1:0");
        assert_eq!(of(&["127.0.0.1:4242"], Some("tcp://10.96.0.1:80")), "127.0.0.1:4242", "a variable of Kubernetes");
        assert!(super::port("65536").is_err());
        for text in ["", "localhost:", "localhost:x", "shop.example:80", "65536", "127.0.0.1:", "localhosts:1"] {
            assert!(place(text).is_err(), "{text}");
        }
    }
}
