//! What a line of a tape sends.

use playmoney::inside::kit::http::{Method, Request};
use playmoney::inside::kit::time::http_date;
use serde_json::{Map, Value as Json, json};

use super::Tape;
use crate::merchants::merchant;

impl Tape {
    /// The request that a line sends. `None`: the line says something about later requests, which is kept for them.
    pub fn request(&mut self, line: &str) -> Option<Request> {
        let filled = self.noted.iter().fold(line.to_owned(), |it, (name, text)| it.replace(&format!("${{{name}}}"), text));
        let (word, rest) = filled.split_once(' ').unwrap_or((&filled, ""));
        match word {
            "with" => {
                let (name, value) = rest.split_once(':').expect("with Name: value");
                self.with.push((name.to_owned(), value.trim().to_owned()));
                None
            }
            "without" => {
                self.without.push(rest.to_owned());
                None
            }
            "client" => {
                let (user, secret) = rest.split_once(' ').expect("client USER SECRET");
                (self.client.user, self.client.secret) = (user.to_owned(), secret.to_owned());
                None
            }
            "signs" => {
                self.client.target = Some(rest.to_owned());
                None
            }
            "control" => {
                let (method, rest) = rest.split_once(' ').expect("control METHOD path");
                let (path, body) = rest.split_once(' ').unwrap_or((rest, "null"));
                Some(Self::control(method, path, &serde_json::from_str(body).expect("JSON")))
            }
            "set" => {
                let (account, rest) = rest.split_once(' ').filter(|it| it.0.contains('/')).unwrap_or(("quantum-payouts/default", rest));
                Some(Self::control("PATCH", &format!("accounts/{account}"), &members(rest.split(' '), |_, text| value(text))))
            }
            "advance" => {
                let body = rest.strip_prefix("until ").map_or_else(|| json!({"by": rest}), |until| json!({"until": until}));
                Some(Self::control("POST", "clock/advance", &body))
            }
            "act" => {
                let mut words = rest.split(' ');
                let (provider, act) = words.next().and_then(|it| it.split_once('.')).expect("act provider.action");
                Some(Self::control("POST", &format!("act/{provider}/{act}"), &members(words, typed)))
            }
            _ => {
                let (target, body) = rest.split_once(' ').unwrap_or((rest, ""));
                let method: Method = word.parse().expect("a method");
                Some(self.dressed(Request::new(method, target, body.as_bytes().to_vec())))
            }
        }
    }

    /// A request as a merchant's client makes it, with what the tape has set for the next one.
    pub fn dressed(&mut self, mut request: Request) -> Request {
        if request.path.as_str().starts_with("/quoine/api/") {
            let (own, without) = (std::mem::take(&mut self.with), std::mem::take(&mut self.without));
            let date = http_date(self.sandbox.world().core.now);
            let request = own.iter().fold(request, |it, (name, value)| it.with(name, value));
            return self.client.sign(request, &date, &without);
        }
        if request.path.as_str().starts_with("/quantapay/") {
            let own = std::mem::take(&mut self.with);
            let typed = own.iter().any(|it| it.0.eq_ignore_ascii_case("Content-Type")) || !std::mem::take(&mut self.without).is_empty();
            let request = if typed { request } else { request.with("Content-Type", "application/x-www-form-urlencoded") };
            return own.iter().fold(request, |it, (name, value)| it.with(name, value));
        }
        let merchant = request.path.as_str().split('/').nth(1).and_then(merchant);
        let key = merchant.and_then(|it| it.authorization);
        let media = [("Content-Type", "application/json; charset=UTF-8"), ("Accept", "application/json; version=1.0")];
        let usual = key.map(|it| ("Authorization", it)).into_iter().chain(media);
        let own = std::mem::take(&mut self.with);
        for (name, value) in usual {
            let replaced =
                own.iter().any(|it| it.0.eq_ignore_ascii_case(name)) || self.without.iter().any(|it| it.eq_ignore_ascii_case(name));
            if !replaced {
                request = request.with(name, value);
            }
        }
        self.without.clear();
        own.iter().fold(request, |it, (name, value)| it.with(name, value))
    }

    /// A control call as a client makes it.
    pub fn control(method: &str, path: &str, body: &Json) -> Request {
        let method: Method = method.parse().expect("a method");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        Request::new(method, &format!("/__admin/{path}"), body.into_bytes()).with("Content-Type", "application/json")
    }
}

/// An object of words such as `a=1`.
fn members<'a>(words: impl Iterator<Item = &'a str>, value: fn(&str, &str) -> Json) -> Json {
    let pairs = words.filter_map(|it| it.split_once('='));
    pairs.map(|(name, text)| (name.to_owned(), value(name, text))).collect::<Map<_, _>>().into()
}

fn value(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|_| Json::from(text))
}

/// A parameter of an action.
fn typed(name: &str, text: &str) -> Json {
    match name {
        "amount" | "depth" | "ask" | "bid" => value(text),
        "session" | "cryptocurrency" => Json::from(text),
        _ => Json::from(text.replace('_', " ")),
    }
}
