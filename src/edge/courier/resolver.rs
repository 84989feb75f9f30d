//! How the host of a webhook address becomes the addresses that are dialled.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;

use super::broken::Broken;
use super::{Unanswered, shortage};
use crate::engine::delivery::Failure;
use crate::kit::webhook_url::{Host, WebhookUrl};

/// Asks for the addresses of a name. Tests have one that asks no name server.
pub type LookUp = fn(&str, u16) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Asks the system.
pub fn system(name: &str, port: u16) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
    let name = name.to_owned();
    Box::pin(async move { Ok(tokio::net::lookup_host((name, port)).await?.collect()) })
}

/// The addresses of a target. Names below `localhost` are this machine, whatever a name server says.
pub async fn resolve(look_up: LookUp, target: &WebhookUrl) -> Result<Vec<SocketAddr>, Unanswered> {
    let port = target.port;
    match &target.host {
        Host::Address(ip) => Ok(vec![SocketAddr::new(*ip, port)]),
        host if host.is_localhost() => {
            let both = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
            Ok(both.map(|ip| SocketAddr::new(ip, port)).into())
        }
        Host::Name(name) => {
            shortage::check_descriptors().map_err(Unanswered::NotLeft)?;
            match look_up(name, port).await {
                Ok(found) => Ok(found),
                Err(why) => {
                    // Without descriptors, a resolver says that it does not know the name.
                    shortage::check_descriptors().map_err(Unanswered::NotLeft)?;
                    if shortage::is_shortage(&why, IpAddr::V4(Ipv4Addr::UNSPECIFIED)) {
                        return Err(Unanswered::NotLeft(why));
                    }
                    Err(Broken::new(Failure::Dns, format!("the name `{name}` did not resolve: {why}")).into())
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::sync::Arc;

    use bytes::Bytes;

    use super::*;
    use crate::edge::courier::Courier;
    use crate::edge::driver::Stopwatch;
    use crate::edge::egress::Egress;
    use crate::edge::notices::Notices;
    use crate::engine::delivery::{AttemptId, Outcome, Outgoing};
    use crate::kit::http::HeaderMap;
    use crate::kit::time::Duration;

    /// What comes of a webhook to a name when that is what the name server says.
    async fn posted(look_up: LookUp) -> Outcome {
        let mut courier = Courier::new(Egress::default(), NonZeroUsize::MIN, Arc::new(Notices::new(Stopwatch::start())));
        courier.look_up = look_up;
        let outgoing = Outgoing {
            id: AttemptId { delivery: 1, number: 1, copy: 0 },
            generation: 0,
            url: "http://shop.invalid/hooks".to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            time_limit: Duration::from_secs(5),
            documented_headers: &[],
            dated: None,
        };
        courier.post(&outgoing, &|_| {}).await
    }

    #[tokio::test]
    async fn a_name_that_leads_nowhere_is_said() {
        let rows: [(LookUp, Failure, &str); 4] = [
            (
                |_, _| Box::pin(async { Err(io::Error::other("Name or service not known")) }),
                Failure::Dns,
                "the name `shop.invalid` did not resolve: Name or service not known",
            ),
            (|_, _| Box::pin(async { Ok(Vec::new()) }), Failure::Dns, "the name `shop.invalid` has no address"),
            (
                |_, port| Box::pin(async move { Ok(vec![SocketAddr::from(([169, 254, 169, 254], port))]) }),
                Failure::Blocked,
                "169.254.169.254 is the metadata service of a cloud, to which webhooks are never sent",
            ),
            (
                |_, port| {
                    Box::pin(async move { Ok(vec![SocketAddr::from(([0, 0, 0, 0], port)), SocketAddr::from(([224, 0, 0, 1], port))]) })
                },
                Failure::Blocked,
                "0.0.0.0 is not the address of a host, to which webhooks are never sent; 224.0.0.1 is a multicast address, to which \
                 webhooks are never sent",
            ),
        ];
        for (look_up, failure, detail) in rows {
            let outcome = posted(look_up).await;
            assert_eq!((outcome.failure(), outcome.answered()), (Some(failure), None), "{detail}");
            assert_eq!(outcome.remarks.and_then(|it| it.detail).as_deref(), Some(detail));
        }
    }
}
