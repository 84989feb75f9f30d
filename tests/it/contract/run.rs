//! A shop whose every answer is judged: what runs over the calls of a provider have in common.

use std::collections::BTreeSet;

use playmoney::inside::engine::tables::Contract;
use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use super::served::Served;
use crate::asking;
use crate::tape::Tape;

/// A run over one provider's calls.
pub struct Run {
    pub shop: Tape,
    pub served: Served,
    pub contract: &'static Contract,
    /// What every call has led to: the operation, and the name of its error.
    pub seen: BTreeSet<(String, Option<String>)>,
    /// The header of that name.
    pub authorization: String,
}

impl Run {
    pub fn of(slug: &str, authorization: &str) -> Self {
        let contract = asking::contract(slug);
        let mut shop = Tape::shop();
        let served = Served::by(&mut shop, slug);
        Self { shop, served, contract, seen: BTreeSet::new(), authorization: authorization.to_owned() }
    }

    /// A call whose parameters travel in path, query or body, as its row says. What the path names is nothing unless it
    /// is given.
    pub fn request(&self, operation: &str, with: &Json) -> Request {
        let row = self.contract.operation(operation).expect("a row");
        let text = |it: &Json| it.as_str().map_or_else(|| it.to_string(), str::to_owned);
        let in_path = |name: &str| row.path.contains(&format!("{{{name}}}"));
        let members: Vec<(&String, &Json)> = with.as_object().expect("an object").iter().collect();
        let given = members.iter().filter(|it| in_path(it.0));
        let path = given.fold(row.path.to_owned(), |path, (name, it)| path.replace(&format!("{{{name}}}"), &text(it)));
        let path = path.replace(['{', '}'], "_");
        let others = members.iter().filter(|it| !in_path(it.0));
        let (query, body) = if row.method == Method::GET {
            let pairs: Vec<String> = others.map(|(name, it)| format!("{name}={}", text(it))).collect();
            (format!("?{}", pairs.join("&")), String::new())
        } else {
            let body: serde_json::Map<String, Json> = others.map(|(name, it)| ((*name).clone(), (*it).clone())).collect();
            (String::new(), Json::Object(body).to_string())
        };
        let request = Request::new(row.method.clone(), &format!("/{}{path}{query}", self.contract.slug), body.into_bytes());
        request.with("Authorization", &self.authorization).with("Content-Type", "application/json")
    }

    pub fn call(&mut self, operation: &str, with: &Json) -> Json {
        let request = self.request(operation, with);
        self.ask(operation, request)
    }

    pub fn ask(&mut self, operation: &str, request: Request) -> Json {
        let response = self.shop.ask(request);
        let entry = self.shop.sandbox.world().core.log.requests().last().expect("a request").1;
        self.seen.insert((operation.to_owned(), entry.error.as_deref().map(str::to_owned)));
        self.served.judge(operation, &response)
    }

    /// The call without credentials.
    pub fn ask_without_credentials(&mut self, operation: &str) {
        let mut anonymous = self.request(operation, &json!({}));
        anonymous.headers.remove("authorization");
        self.ask(operation, anonymous);
    }

    /// A call that only a tester can have refused.
    pub fn ask_for_fault(&mut self, operation: &str, error: &str) {
        let broken = self.request(operation, &json!({})).with("Playmoney-Fault", error);
        self.ask(operation, broken);
    }

    /// A call whose answer has to be that documented error.
    pub fn refused(&mut self, operation: &str, with: &Json, error: &str) -> Json {
        let answer = self.call(operation, with);
        let entry = self.shop.sandbox.world().core.log.requests().last().expect("a request").1;
        assert_eq!(entry.error.as_deref(), Some(error), "{operation} {with}: {answer}");
        answer
    }

    pub fn set(&mut self, settings: &Json) {
        let path = format!("accounts/{}/{}", self.contract.slug, self.contract.account);
        let answer = self.shop.admin("PATCH", &path, settings);
        assert!(answer["settings"].is_object(), "{answer}");
    }

    /// An action, and what it was done to.
    pub fn act(&mut self, act: &str, with: &Json) -> Json {
        let answer = self.shop.admin("POST", &format!("act/{}/{act}", self.contract.slug), with);
        assert_eq!(answer["action"], act, "{answer}");
        answer["subject"].clone()
    }
}
