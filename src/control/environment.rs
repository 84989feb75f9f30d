//! What an application needs to use the providers of a sandbox: base URLs and credentials, also as environment variables.

use std::collections::BTreeMap;

use http::{StatusCode, header};
use serde_json::{Map, Value as Json, json};

use super::{Answer, Ask, Problem, ok};
use crate::engine::account::Account;
use crate::engine::core::sandbox_url;
use crate::engine::tables::Contract;
use crate::engine::world::World;
use crate::kit::http::Response;

/// Shows the variables: as JSON, or as lines for those who accept plain text.
pub fn show(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let variables = Environment::of(ask.world, &ask.request.origin).variables;
    let accepted = ask.request.header(header::ACCEPT);
    if !accepted.contains("text/plain") || accepted.contains("application/json") {
        return ok(&variables);
    }
    let lines = variables.as_object().into_iter().flatten().map(|(name, value)| line(name, value.as_str().unwrap_or_default()));
    Ok(Answer::Now(Response::new(StatusCode::OK, "text/plain; charset=utf-8", lines.collect::<String>())))
}

/// A line of a dotenv file. A value with other signs than those of keys and addresses is quoted, as a shell reads it too.
fn line(name: &str, value: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "_-+=/.:@".contains(it);
    if value.chars().all(is_plain) { format!("{name}={value}\n") } else { format!("{name}='{}'\n", value.replace('\'', r"'\''")) }
}

/// For the account that each provider has in every sandbox.
pub struct Environment {
    /// By slug: the base URL and the credentials, in full.
    pub providers: Json,
    /// The same under names such as `QUOINE_BASE_URL`, with `PLAYMONEY_URL` for the server.
    pub variables: Json,
    /// A credential came from outside.
    pub is_secret: bool,
}

impl Environment {
    /// Of a sandbox of the server at `origin`.
    pub fn of(world: &World, origin: &str) -> Self {
        let mut providers = Map::new();
        let mut variables = Map::from_iter([("PLAYMONEY_URL".to_owned(), origin.into())]);
        let base_url = sandbox_url(origin, &world.core.name);
        let mut is_secret = false;
        for (provider, accounts) in world.providers.iter().zip(&world.core.accounts) {
            let contract = provider.contract();
            let url = format!("{base_url}/{}", contract.slug);
            let (credentials, from_outside) = credentials(contract, accounts);
            is_secret |= from_outside;
            variables.insert(variable(contract.slug, "base_url"), url.clone().into());
            variables.extend(credentials.iter().map(|(name, value)| (variable(contract.slug, name), value.clone())));
            providers.insert(contract.slug.to_owned(), json!({"base_url": url, "credentials": credentials}));
        }
        Self { providers: providers.into(), variables: variables.into(), is_secret }
    }
}

/// The credentials in the order of the contract, and whether one came from outside.
fn credentials(contract: &Contract, accounts: &BTreeMap<String, Account>) -> (Map<String, Json>, bool) {
    let from_outside = std::cell::Cell::new(false);
    let own = accounts.get(contract.account).map(|it| {
        it.shown_credentials(contract, |secret| {
            from_outside.set(from_outside.get() || secret.is_from_outside());
            secret.expose().to_owned()
        })
    });
    let own = own.unwrap_or_default();
    let present = contract.credentials.iter().filter(|it| own[it.name].is_string());
    (present.map(|it| (it.name.to_owned(), own[it.name].clone())).collect(), from_outside.get())
}

/// `QUANTUM_PAYOUTS_TOKEN`.
fn variable(slug: &str, name: &str) -> String {
    format!("{slug}_{name}").replace('-', "_").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::start::Start;
    use crate::kit::time::Uptime;
    use crate::providers;

    #[test]
    fn every_provider_has_an_address_and_credentials() {
        let world = World::new(Start::default(), providers::all(), Uptime::START);
        let environment = Environment::of(&world, "http://127.0.0.1:9");
        let quoine = &environment.providers["quoine"];
        assert_eq!((&quoine["base_url"], &quoine["credentials"]["user_id"]), (&json!("http://127.0.0.1:9/quoine"), &json!("2")));
        for (name, value) in [
            ("PLAYMONEY_URL", "http://127.0.0.1:9"),
            ("QUOINE_BASE_URL", "http://127.0.0.1:9/quoine"),
            ("QUOINE_USER_ID", "2"),
            ("QUANTAPAY_API_KEY", "qp_test_key"),
            ("QUANTAPAY_WEBHOOK_SECRET", "qp_test_webhook_secret"),
            ("CRYPTOPAY_PASSWORD", "demo-password"),
            ("QUANTUM_PAYOUTS_TOKEN", "qm_test_token"),
        ] {
            assert_eq!(environment.variables[name], value, "{name}");
        }
        assert!(!environment.is_secret);
        let start = Start { name: "a".to_owned(), ..Start::default() };
        let other = Environment::of(&World::new(start, providers::all(), Uptime::START), "http://127.0.0.1:9");
        assert_eq!(other.variables["QUOINE_BASE_URL"], "http://127.0.0.1:9/s/a/quoine");
        assert_eq!(
            (&other.variables["PLAYMONEY_URL"], &other.variables["CRYPTOPAY_USERNAME"]),
            (&json!("http://127.0.0.1:9"), &json!("demo_a"))
        );
        for (value, written) in [("cGx4+/=", "A=cGx4+/=\n"), ("a b$c", "A='a b$c'\n"), ("it's", "A='it'\\''s'\n")] {
            assert_eq!(line("A", value), written);
        }
        let credentials: usize = providers::all().iter().map(|it| it.contract().credentials.len()).sum();
        assert_eq!(environment.variables.as_object().map(Map::len), Some(1 + providers::all().len() + credentials));
    }
}
