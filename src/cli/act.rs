//! `playmoney act`: what a customer, a bank or a blockchain does.

use clap::Args;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::client::{Connection, Question};
use super::clock::text;
use super::style::{GOOD, STRONG, WARNING, painted};
use super::table::{Cell, table};
use super::{Exit, Stop};
use crate::engine::tables::Contract;
use crate::kit::fields::Kind;
use crate::kit::printable::line;
use crate::providers;

/// The action; without one, all actions are listed.
#[derive(Args)]
pub struct Act {
    /// The action, such as quoine.pay
    #[arg(value_name = "PROVIDER.ACTION", value_parser = action)]
    action: Option<Action>,
    /// What it is done with, as name=value (repeatable)
    ///
    /// Numbers, true, false, lists and objects are read as JSON, and so is a text in quotes. Everything else is a text. A parameter that
    /// is documented as a text is one in any case.
    #[arg(value_name = "NAME=VALUE", value_parser = pair)]
    with: Vec<(String, String)>,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone)]
struct Action {
    provider: String,
    name: String,
}

fn action(text: &str) -> Result<Action, &'static str> {
    let parts = text.split_once('.').filter(|it| !it.0.is_empty() && !it.1.is_empty());
    let (provider, name) = parts.ok_or("write the provider and the action, such as quoine.pay; `playmoney act` lists all")?;
    Ok(Action { provider: provider.to_owned(), name: name.to_owned() })
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').filter(|it| !it.0.is_empty()).ok_or("write name=value, such as invoice=1")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Act {
    pub fn run(self) -> Result<Exit, Stop> {
        let Some(action) = &self.action else {
            return self.connection.show(&self.connection.ask(&Question::get(&["act"]))?, actions);
        };
        let body = body(action, &self.with)?;
        let path = ["act", action.provider.as_str(), action.name.as_str()];
        self.connection.show(&self.connection.ask(&Question::post(&path, body))?, done)
    }
}

/// The parameters as an object. A number keeps the digits that were written.
fn body(action: &Action, with: &[(String, String)]) -> Result<Box<RawValue>, Stop> {
    let mut members: Vec<String> = Vec::new();
    for (place, (name, value)) in with.iter().enumerate() {
        if with[..place].iter().any(|it| it.0 == *name) {
            return Err(Stop::usage(format!("`{}` was given twice", line(name))));
        }
        members.push(format!("{}:{}", Json::from(name.as_str()), value_of(action, name, value)));
    }
    let body = RawValue::from_string(format!("{{{}}}", members.join(",")));
    body.map_err(|why| Stop::usage(format!("the parameters cannot be written as JSON: {why}")))
}

/// A value as JSON.
fn value_of(action: &Action, name: &str, value: &str) -> String {
    let is_json = match value.as_bytes().first() {
        Some(b'"') => true,
        Some(b'{' | b'[' | b'-' | b'0'..=b'9') => !is_text(action, name),
        _ => matches!(value, "true" | "false") && !is_text(action, name),
    };
    let json = if is_json { serde_json::from_str::<Box<RawValue>>(value).ok() } else { None };
    json.map_or_else(|| Json::from(value).to_string(), |it| it.get().to_owned())
}

/// Whether the contract has a text there, so that digits are one too.
fn is_text(action: &Action, name: &str) -> bool {
    let providers = providers::all();
    let contract: Option<&'static Contract> = providers.iter().map(|it| it.contract()).find(|it| it.slug == action.provider);
    let row = contract.and_then(|own| own.actions.iter().copied().find(|it| it.name == action.name));
    let field = row.and_then(|own| own.parameters.iter().find(|it| it.name == name));
    let is_text = |it: Kind| {
        !matches!(it, Kind::Integer { .. } | Kind::Flag | Kind::Object | Kind::Number | Kind::Amount { .. } | Kind::Decimal | Kind::List)
    };
    field.is_some_and(|it| is_text(it.kind))
}

/// What was done.
fn done(answer: &Json) -> String {
    let [provider, action, subject, status] = ["provider", "action", "subject", "status"].map(|it| text(&answer[it]));
    let result = if status.is_empty() { String::new() } else { format!(" is {}", painted(STRONG, status)) };
    let mut page = format!("{}  {provider}.{action}: {subject}{result}", painted(GOOD, "ok"));
    if answer["effect"] == "none" {
        page.push_str(&painted(WARNING, format!("\nwithout effect: {}", text(&answer["reason"]))));
    }
    if answer["settled"] == false {
        page.push_str("\nnot settled: webhooks are still under way");
    }
    page
}

fn actions(answer: &Json) -> String {
    let row = |it: &Json| {
        let name = format!("{}.{}", text(&it["provider"]), text(&it["action"]));
        let parameters = it["parameters"].as_array().map_or(&[][..], Vec::as_slice).iter().map(parameter);
        [Cell::new(STRONG, &name), Cell::plain(&parameters.collect::<Vec<_>>().join(" ")), Cell::plain(&text(&it["meaning"]))]
    };
    let rows: Vec<_> = answer["actions"].as_array().into_iter().flatten().map(row).collect();
    let page = table(["action", "parameters", "what it does"], &rows);
    format!("{page}\nParameters in brackets may be left out. `playmoney describe PROVIDER.ACTION` says what they mean.")
}

fn parameter(it: &Json) -> String {
    let words: Vec<String> = it["one_of"].as_array().into_iter().flatten().map(text).collect();
    let value = if words.is_empty() { "...".to_owned() } else { words.join("|") };
    let own = format!("{}={value}", text(&it["name"]));
    if it["required"] == true { own } else { format!("[{own}]") }
}

/// Names and values, for a body without a contract.
pub fn members(given: impl IntoIterator<Item = (&'static str, Option<Json>)>) -> Json {
    Json::Object(given.into_iter().filter_map(|(name, it)| Some((name.to_owned(), it?))).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_json_where_they_look_like_it_and_text_where_the_contract_has_text() {
        let pay = action("quoine.pay").expect("an action");
        let with = ["invoice=1", "amount=0.20", "note=x y", "flag=true", "empty=", "odd=007", "quoted=\"1\"", "list=[1", "a=b=c"];
        let with: Vec<_> = with.into_iter().map(|it| pair(it).expect("a pair")).collect();
        let written = r#"{"invoice":1,"amount":0.20,"note":"x y","flag":true,"empty":"","odd":"007","quoted":"1","list":"[1","a":"b=c"}"#;
        assert_eq!(body(&pay, &with).map(|it| it.get().to_owned()).ok().as_deref(), Some(written));
        let payout = action("quantum-payouts.manual-payout").expect("an action");
        assert_eq!(value_of(&payout, "pan", "4111111111111111"), "\"4111111111111111\"");
        assert_eq!(value_of(&payout, "amount", "150000"), "150000");
        assert!(body(&pay, &[pair("a=1"), pair("a=2")].map(|it| it.expect("a pair"))).is_err());
        assert!(["", "pay", "quoine.", ".pay"].iter().all(|it| action(it).is_err()) && ["x", "=1"].iter().all(|it| pair(it).is_err()));
    }
}
