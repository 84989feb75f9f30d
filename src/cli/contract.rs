//! `playmoney describe` and `playmoney openapi`: the contract as a page and as a document.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::output::print;
use super::style::columns;
use super::{Exit, Stop};
use crate::contract::describe::Asked;
use crate::contract::{describe, openapi};
use crate::engine::tables::Contract;
use crate::providers;

/// What to show.
#[derive(Args)]
pub struct Describe {
    /// A provider, one of its sections, or the name of an operation, action, status, event, error, setting or header, or of any row,
    /// as Playmoney-Evidence names it; default: all providers
    ///
    /// A name may stand alone, in any case, and the message of an error finds the error. Sections are addresses, operations, pages,
    /// actions, statuses, errors, events, attempts, settings, decisions and headers.
    #[arg(value_name = "PROVIDER[.NAME]")]
    what: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which document to write.
#[derive(Args)]
pub struct OpenApi {
    /// The slug of a provider
    #[arg(value_parser = PossibleValuesParser::new(contracts().into_iter().map(|it| it.slug)), ignore_case = true)]
    provider: Option<String>,
}

impl Describe {
    /// Prints the page.
    pub fn run(self) -> Result<Exit, Stop> {
        let contracts = contracts();
        let what = self.what.join(" ");
        let page = if what.is_empty() {
            if self.json { pretty(&describe::providers_json(&contracts)) } else { describe::providers(&contracts, columns()) }
        } else {
            match &*describe::resolve(&contracts, &what).map_err(Stop::usage)? {
                [one] if self.json => pretty(&describe::json(*one)),
                [one] => describe::page(*one, columns()),
                several if self.json => pretty(&describe::list_json(several)),
                several => describe::list(several, columns()),
            }
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
        let slugs = || contracts().into_iter().map(|it| it.slug).collect::<Vec<_>>().join(", ");
        let slug = self.provider.ok_or_else(|| Stop::usage(format!("name one of the providers: {}", slugs())))?;
        print(&pretty(&openapi::document(provider(&slug)?)))?;
        Ok(Exit::Good)
    }
}

/// The contract of a provider that the command line names.
pub fn provider(slug: &str) -> Result<&'static Contract, Stop> {
    let found = describe::resolve(&contracts(), slug).map_err(Stop::usage)?;
    match found.first() {
        Some(Asked::Provider(contract)) => Ok(contract),
        Some(other) => Err(Stop::usage(format!("`{slug}` is not a provider: {} is", other.contract().slug))),
        None => Err(Stop::usage(format!("no provider is named `{slug}`"))),
    }
}

fn contracts() -> Vec<&'static Contract> {
    providers::all().iter().map(|it| it.contract()).collect()
}
