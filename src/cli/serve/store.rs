//! Flags of a server that shares its sandboxes with others.

use std::time::Duration;

use clap::Args;

use crate::cli::serve::unpredictable;
use crate::cli::{Exit, Stop};
use crate::edge::Certificate;
use crate::edge::replicas::connecting::Address;
use crate::edge::replicas::forwarding::advertised;
use crate::edge::replicas::{Opened, Opening};
use crate::kit::secret::Secret;
use crate::kit::time::parse_duration;

/// A lease that is shorter ends when a machine is busy for a moment.
const LEASE_MIN: Duration = Duration::from_secs(1);
/// After a longer one, the sandboxes of a dead machine are missed.
const LEASE_MAX: Duration = Duration::from_secs(300);
/// All sandboxes are handed over within this time; then the server ends in any case.
const HAND_OVER_TIME_MAX: Duration = Duration::from_secs(5);

#[derive(Args)]
pub struct Store {
    #[arg(
        long,
        help = "A PostgreSQL database that keeps all sandboxes: any number of replicas with the same one serve the same sandboxes",
        long_help = "A PostgreSQL database that keeps all sandboxes, as postgres://USER:PASSWORD@HOST:5432/NAME\n\nAny number of replicas \
                     with the same one serve the same sandboxes, behind any load balancer. One owns a sandbox at a time, and the others \
                     send its requests on to it. What the database has counts more than a scenario, --seed, --clock, --now and \
                     --webhook-url.",
        value_name = "URL",
        requires = "advertise",
        conflicts_with_all = ["watch", "data", "faketime_file"],
        env = "PLAYMONEY_STORE",
        hide_env_values = true
    )]
    store: Option<String>,
    /// Where the other replicas with the same --store reach this one
    #[arg(long, value_name = "http://HOST:PORT", value_parser = advertised, requires = "store", env = "PLAYMONEY_ADVERTISE")]
    advertise: Option<String>,
    /// How long the sandboxes of a replica that has died wait before another takes them
    #[arg(long, value_name = "SPAN", value_parser = lease, default_value = "5s", env = "PLAYMONEY_LEASE")]
    lease: Duration,
    /// How long the database is waited for at the start
    #[arg(long, value_name = "SPAN", value_parser = span, default_value = "30s", env = "PLAYMONEY_STORE_WAIT")]
    store_wait: Duration,
}

fn span(text: &str) -> Result<Duration, String> {
    let span = parse_duration(text)?;
    Duration::try_from(span).map_err(|_| "a span is not negative: write 30s or 1m".to_owned())
}

fn lease(text: &str) -> Result<Duration, String> {
    let lease = span(text)?;
    if (LEASE_MIN..=LEASE_MAX).contains(&lease) { Ok(lease) } else { Err("a lease lasts from 1s to 5m: write 5s".to_owned()) }
}

impl Store {
    /// Opens the database, if there is one.
    pub async fn open(&self, certificate: Option<&Certificate>, admin_token: Option<&Secret>) -> Result<Option<Opened>, Stop> {
        let (Some(store), Some(advertise)) = (&self.store, &self.advertise) else { return Ok(None) };
        if certificate.is_some() {
            return Err(Stop::usage(
                "--store and --tls do not go together: replicas reach each other over http. Let the load balancer speak TLS",
            ));
        }
        let address = Address::parse(store).map_err(|why| Stop::usage(format!("--store: {why}")))?;
        let (drawn, admin_token) = (unpredictable()?, admin_token.cloned());
        let (advertise, lease, wait) = (advertise.clone(), self.lease, self.store_wait);
        let opening = Opening { address, advertise, lease, wait, drawn, admin_token };
        opening.open().await.map(Some).map_err(|it| Stop { exit: Exit::Start, why: it.0 })
    }

    /// Hands all sandboxes over to the other replicas, if there is a database.
    pub async fn hand_over(opened: Option<&Opened>) {
        let Some(opened) = opened else { return };
        if tokio::time::timeout(HAND_OVER_TIME_MAX, opened.replicas().drain()).await.is_err() {
            tracing::warn!(kind = "store", "not all sandboxes were handed over in time: others take the rest when the lease has ended");
        }
    }
}
