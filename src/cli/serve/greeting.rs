//! What a server says when it has started.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::cli::paths;
use crate::edge::Came;
use crate::engine::account::Account;
use crate::engine::clock::Mode;
use crate::engine::tables::{Contract, Credential, settings};
use crate::engine::world::World;
use crate::kit::printable::{counted, line};
use crate::kit::secret::Secret;
use crate::kit::webhook_url::shown;
use crate::providers;

/// Whether an account has an address for its webhooks.
fn has_webhook_url(world: &World) -> bool {
    world.core.accounts.iter().flat_map(|it| it.values()).any(|it| it.text(&settings::WEBHOOK_URL).is_some())
}

/// The credentials of the default account, by provider: as in the scenario, and masked when they came from outside.
fn credentials(world: &World, in_full: bool) -> Vec<Vec<(String, String)>> {
    let show = |it: &Secret| if in_full { it.expose().to_owned() } else { it.shown() };
    let each = world.providers.iter().map(|it| it.contract()).zip(&world.core.accounts);
    let of = |(contract, accounts): (&'static Contract, &BTreeMap<String, Account>)| {
        let own = accounts.get(contract.account).map(|it| it.shown_credentials(contract, show)).unwrap_or_default();
        let value = |it: &Credential| own[it.name].as_str().unwrap_or(it.test_value).to_owned();
        contract.credentials.iter().map(|it| (it.name.to_owned(), value(it))).collect()
    };
    each.map(of).collect()
}

/// Where a server keeps its sandboxes.
pub enum KeptIn {
    Folder(PathBuf),
    /// The host and the name of a database.
    #[cfg(feature = "postgres")]
    Database(String),
}

/// The first information for a newcomer.
pub struct Greeting {
    seed: u64,
    clock: String,
    webhooks: Option<String>,
    scenario: Option<String>,
    /// The name and the value of each credential, for each provider.
    credentials: Vec<Vec<(String, String)>>,
    /// It also listens for other machines, on every address of this one.
    listens_everywhere: bool,
    /// Where sandboxes are kept, `data` or `store`, and what is to be said of it.
    kept: (&'static str, Vec<String>),
}

impl Greeting {
    pub fn of(listen: &[SocketAddr], world: &World) -> Self {
        let start = &world.start;
        let clock = match start.mode {
            Mode::Frozen => "frozen".to_owned(),
            Mode::Real => "real".to_owned(),
            Mode::Scaled(rate) => format!("{}x", rate.number()),
        };
        let clock = start.now.map_or_else(|| clock.clone(), |it| format!("{clock}, from {it}"));
        let scenario = start.setup.as_ref().map(|it| it.name.clone());
        let webhooks = start.webhook_url.clone().or_else(|| has_webhook_url(world).then(|| "as in the scenario".to_owned()));
        let credentials = credentials(world, start.show_secrets);
        let listens_everywhere = listen.iter().any(|it| it.ip().is_unspecified());
        Self { seed: start.seed, clock, webhooks, scenario, credentials, listens_everywhere, kept: ("", Vec::new()) }
    }

    /// The same of a server that keeps its sandboxes. `begins` names what was given about the beginning of sandboxes.
    pub fn with_kept(mut self, place: Option<&KeptIn>, came: &Came, begins: &[&str]) -> Self {
        let Some(place) = place else { return self };
        let Came { sandboxes, inputs, has_default, problem } = came;
        let inputs = counted(*inputs, "input");
        let (label, name, shown, played) = match place {
            KeptIn::Folder(folder) => ("data", "the data folder", paths::shown(folder), format!(" ({inputs} played)")),
            #[cfg(feature = "postgres")]
            KeptIn::Database(shown) => ("store", "the database", shown.clone(), String::new()),
        };
        let mut told = vec![match sandboxes {
            0 => format!("{shown}: new"),
            1 => format!("{shown}: 1 sandbox goes on{played}"),
            more => format!("{shown}: {more} sandboxes go on{played}"),
        }];
        if *has_default && !begins.is_empty() {
            let it = format!("`default` goes on as it was; for new sandboxes only: {}", begins.join(", "));
            tracing::warn!("{name}: {it}");
            told.push(it);
        }
        told.extend(problem.clone());
        self.kept = (label, told);
        self
    }

    /// `ca_file` is the authority that clients have to trust.
    pub fn text(&self, base: &str, token: Option<&Secret>, ca_file: Option<&Path>) -> String {
        let mut out = String::new();
        let mut say = |text: String| _ = writeln!(out, "{text}");
        say(format!("Playmoney {} on {base} (seed {}, clock {})", env!("CARGO_PKG_VERSION"), self.seed, self.clock));
        for (contract, credentials) in providers::all().iter().map(|it| it.contract()).zip(&self.credentials) {
            say(format!("\n{}: {base}/{} in place of {}", contract.name, contract.slug, contract.base_url));
            for (name, value) in credentials {
                say(format!("  {name:<15} {}", line(value)));
            }
        }
        if self.listens_everywhere {
            say("\nfrom elsewhere    the same port of any address of this machine; its name may need --allow-host".to_owned());
        }
        if let Some(scenario) = &self.scenario {
            say(format!("\nscenario          {}", line(scenario)));
        }
        say(format!(
            "\nwebhooks          {}",
            line(&self.webhooks.as_deref().map_or("none yet: --webhook-url, or PATCH /__admin/accounts/...".into(), shown))
        ));
        for (place, it) in self.kept.1.iter().enumerate() {
            say(format!("{:<17} {}", if place == 0 { self.kept.0 } else { "" }, line(it)));
        }
        say(format!("dashboard         {base}/__admin/, for a browser; the control API begins there too"));
        if let Some(token) = token {
            say(format!("  Authorization   Bearer {}", token.shown()));
        }
        if let Some(file) = ca_file {
            say(format!("trust             {}", paths::shown(file)));
        }
        let proof = token.map_or(String::new(), |it| format!(" -H 'Authorization: Bearer {}'", it.shown()));
        let trust = ca_file.map_or(String::new(), |it| format!(" --cacert '{}'", paths::shown(it).replace('\'', r"'\''")));
        say(format!(
            "\nNext:\n  curl{trust} {base}/quantum-payouts/api/v1/features -H 'Authorization: Bearer qm_test_token'\n  \
             curl{trust} {base}/__admin/clock/advance{proof} -H 'Content-Type: application/json' -d '{{\"by\": \"31m\"}}'\n  \
             playmoney describe quantum-payouts"
        ));
        out
    }
}
