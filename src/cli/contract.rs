//! `playmoney describe` and `playmoney openapi`: the contract as a page and as a document.

use clap::Args;

use super::output::print;
use super::{Exit, Stop};
use crate::contract::describe::Asked;
use crate::contract::{describe, openapi};
use crate::engine::tables::Contract;
use crate::providers;

/// What to show.
#[derive(Args)]
pub struct Describe {
    /// The slug of a provider, or one of its operations such as quantum-payouts.createPayout; default: all providers
    #[arg(value_name = "PROVIDER[.OPERATION]")]
    what: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which document to write.
#[derive(Args)]
pub struct OpenApi {
    /// The slug of a provider
    provider: String,
}

impl Describe {
    /// Prints the page.
    pub fn run(self) -> Result<Exit, Stop> {
        let contracts = contracts();
        let Some(what) = self.what else {
            print(&if self.json { pretty(&describe::providers_json(&contracts)) } else { describe::providers(&contracts) })?;
            return Ok(Exit::Good);
        };
        let page = match describe::resolve(&contracts, &what).map_err(Stop::usage)? {
            Asked::Provider(it) if self.json => pretty(&describe::provider_json(it)),
            Asked::Provider(it) => describe::provider(it),
            Asked::Operation(it, operation) if self.json => pretty(&describe::operation_json(it, operation)),
            Asked::Operation(it, operation) => describe::operation(it, operation),
        };
        print(&page)?;
        Ok(Exit::Good)
    }
}

fn pretty(document: &serde_json::Value) -> String {
    format!("{document:#}")
}

impl OpenApi {
    /// Prints the document.
    pub fn run(self) -> Result<Exit, Stop> {
        print(&pretty(&openapi::document(provider(&self.provider)?)))?;
        Ok(Exit::Good)
    }
}

/// The contract of a provider that the command line names.
pub fn provider(slug: &str) -> Result<&'static Contract, Stop> {
    match describe::resolve(&contracts(), slug).map_err(Stop::usage)? {
        Asked::Provider(contract) => Ok(contract),
        Asked::Operation(..) => Err(Stop::usage(format!("`{slug}` is an operation: give only its provider"))),
    }
}

fn contracts() -> Vec<&'static Contract> {
    providers::all().iter().map(|it| it.contract()).collect()
}
