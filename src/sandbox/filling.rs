//! Values of a request in the answer of a rule: `${request.body.x}` in its body, headers and changed members.

use std::borrow::Cow;

use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use crate::engine::ids::ProviderId;
use crate::engine::rules::{Effects, Override};
use crate::engine::world::World;
use crate::kit::http::{HeaderValue, Request, form_pairs, headers_in_full};
use crate::kit::json::{Members, is_shallow};
use crate::scenario::reference::request::{REQUEST, is_template};
use crate::scenario::reference::{ADDED_BYTES_MAX, Piece, pieces};

/// The effects of a rule with the values of this request. What does not fit is noted.
pub fn filled(world: &mut World, provider_id: ProviderId, request: &Request, rule: &str, mut effects: Effects) -> Effects {
    if !has_templates(&effects) {
        return effects;
    }
    let sent = world.provider(provider_id).sent(request);
    let mut values = Values { request, sent: &sent, left: ADDED_BYTES_MAX, left_out: false };
    let mut unusable = Vec::new();
    if let Some(Override::Own { headers, body, .. }) = &mut effects.answer {
        if let Some(body) = body {
            *body = values.body(body);
        }
        for (_, value) in headers.iter_mut() {
            *value = values.printed(value);
        }
        let (usable, others): (Vec<_>, Vec<_>) = headers.drain(..).partition(|it| HeaderValue::from_str(&it.1).is_ok());
        *headers = usable;
        unusable = others;
    }
    for (_, value) in effects.patch.iter_mut().flat_map(|it| &mut it.set) {
        *value = values.json(value);
    }
    let left_out = values.left_out;
    if left_out {
        let text =
            format!("values of the request add more than {ADDED_BYTES_MAX} bytes to the answer of the rule `{rule}`: some are left out");
        world.core.note(provider_id, text);
    }
    for (name, _) in unusable {
        let text =
            format!("the rule `{rule}` leaves out the header `{name}`: the value of the request has characters that HTTP does not allow");
        world.core.note(provider_id, text);
    }
    effects
}

fn has_templates(effects: &Effects) -> bool {
    let own = match &effects.answer {
        Some(Override::Own { headers, body, .. }) => {
            body.as_deref().is_some_and(is_template) || headers.iter().any(|it| is_template(&it.1))
        }
        Some(Override::Error(_)) | None => false,
    };
    own || effects.patch.iter().flat_map(|it| &it.set).any(|it| is_template(&it.1))
}

/// What references are replaced by.
struct Values<'a> {
    request: &'a Request,
    /// The body as conditions of rules see it.
    sent: &'a Json,
    /// The bytes that may still be added.
    left: usize,
    left_out: bool,
}

impl Values<'_> {
    /// The value at a path, as JSON. `None`: the request does not have it, or it would add too much.
    fn of(&mut self, path: &[&str]) -> Option<String> {
        let found = self.found(path)?;
        match self.left.checked_sub(found.len()) {
            Some(left) => self.left = left,
            None => self.left_out = true,
        }
        (!self.left_out).then_some(found)
    }

    fn found(&self, path: &[&str]) -> Option<String> {
        let (part, inside) = path.split_first()?;
        let inside_of = |value: &Json| follow(value, inside).map(Json::to_string);
        match *part {
            "body"
                if is_shallow(&self.request.body)
                    && let Ok(body) = serde_json::from_slice::<&RawValue>(&self.request.body) =>
            {
                // As it was sent: a tree would lose the digits of numbers.
                follow_raw(body, inside).map(|it| it.get().to_owned())
            }
            "body" => inside_of(self.sent),
            "query" => {
                let pairs = form_pairs(self.request.query.as_bytes());
                inside_of(&pairs.into_iter().map(|(name, text)| (name, Json::from(text))).collect())
            }
            "headers" => {
                let lower: Vec<String> = inside.iter().map(|it| it.to_ascii_lowercase()).collect();
                let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
                follow(&headers_in_full(&self.request.headers), &lower).map(Json::to_string)
            }
            "path" => Some(json!(self.request.path.as_str()).to_string()),
            "method" => Some(json!(self.request.method.as_str()).to_string()),
            _ => None,
        }
    }

    /// A body of a rule: JSON, or any other text.
    fn body(&mut self, body: &str) -> String {
        let is_json = body.starts_with(['{', '[', '"']) && serde_json::from_str::<&RawValue>(body).is_ok();
        match &pieces(body).unwrap_or_default()[..] {
            _ if is_json => self.json(body),
            [Piece::Saved { name: REQUEST, path }] => self.of(path).map_or_else(|| "null".to_owned(), |it| in_text(&it).into_owned()),
            _ => self.printed(body),
        }
    }

    /// A text with its references replaced.
    fn printed(&mut self, text: &str) -> String {
        let Some(pieces) = pieces(text).ok().filter(|_| is_template(text)) else { return text.to_owned() };
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Plain(it) => out.push_str(it),
                Piece::Saved { name: REQUEST, path } => out.push_str(&in_text(&self.of(&path).unwrap_or_default())),
                // The check of the rule has refused others.
                Piece::Saved { .. } | Piece::Environment { .. } | Piece::Inbox(_) => {}
            }
        }
        out
    }

    /// A text inside JSON: a reference alone keeps the type of its value.
    fn value(&mut self, text: &str) -> String {
        match &pieces(text).unwrap_or_default()[..] {
            [Piece::Saved { name: REQUEST, path }] => self.of(path).unwrap_or_else(|| "null".to_owned()),
            _ => Json::from(self.printed(text)).to_string(),
        }
    }

    /// JSON with the references in its texts replaced; names of members and everything else stay to the byte.
    fn json(&mut self, json: &str) -> String {
        if !is_template(json) {
            return json.to_owned();
        }
        let (mut out, mut rest) = (String::with_capacity(json.len()), json);
        while let Some(at) = rest.find('"') {
            let end = at + end_of_text(&rest[at..]);
            let (text, after) = (&rest[at..end], &rest[end..]);
            out.push_str(&rest[..at]);
            let is_name = after.trim_start().starts_with(':');
            match serde_json::from_str::<String>(text) {
                Ok(own) if !is_name && is_template(&own) => out.push_str(&self.value(&own)),
                Ok(_) | Err(_) => out.push_str(text),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

/// Bytes of a JSON text at the beginning of this one, with its quotes.
fn end_of_text(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|it| {
        let ends = it == b'"' && !is_escaped;
        is_escaped = it == b'\\' && !is_escaped;
        ends
    });
    end.map_or(text.len(), |it| it + 2)
}

/// A value inside a longer text.
fn in_text(json: &str) -> Cow<'_, str> {
    match serde_json::from_str::<String>(json) {
        Ok(text) => Cow::Owned(text),
        Err(_) => Cow::Borrowed(json),
    }
}

fn follow<'a>(mut value: &'a Json, path: &[&str]) -> Option<&'a Json> {
    for step in path {
        value = match value {
            Json::Object(members) => members.get(*step)?,
            Json::Array(items) => items.get(step.parse::<usize>().ok()?)?,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => return None,
        };
    }
    Some(value)
}

fn follow_raw<'a>(mut value: &'a RawValue, path: &[&str]) -> Option<&'a RawValue> {
    for step in path {
        value = match value.get().as_bytes().first()? {
            b'{' => Members::within(value)?.get(step)?,
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
                *items.get(step.parse::<usize>().ok()?)?
            }
            _ => return None,
        };
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::http::Method;

    #[test]
    fn values_stand_in_answers_as_they_were_sent() {
        let body = r#"{"n": 1.50, "t": "a \"b\"", "l": [1, {"x": null}], "big": 12345678901234567890123}"#;
        let request = Request::new(Method::POST, "/quoine/api/v1/invoices?page=2&page=3", body).with("X-Trace", "t-1");
        let filled = |text: &str| Values { request: &request, sent: &Json::Null, left: 1_000, left_out: false }.body(text);
        for (text, expected) in [
            (r#"{"id":"${request.body.n}","t":"${request.body.t}"}"#, r#"{"id":1.50,"t":"a \"b\""}"#),
            (r#"{"${request.body.n}":"n${request.body.n}: ${request.body.t}"}"#, r#"{"${request.body.n}":"n1.50: a \"b\""}"#),
            (
                r#"["${request.body.big}","${request.body.l.1.x}","${request.body.l}"]"#,
                r#"[12345678901234567890123,null,[1, {"x": null}]]"#,
            ),
            (
                r#"{"a":"${request.body.none}","b":"-${request.body.none}-","c":"$${request.body.n}"}"#,
                r#"{"a":null,"b":"--","c":"${request.body.n}"}"#,
            ),
            ("${request.body.t}", "a \"b\""),
            ("${request.body.none}", "null"),
            ("${request.method} ${request.path} ${request.query.page} ${request.headers.X-Trace}", "POST /quoine/api/v1/invoices 3 t-1"),
            (r#"{"a":"\\","b":"\"${request.method}\""}"#, r#"{"a":"\\","b":"\"POST\""}"#),
        ] {
            assert_eq!(filled(text), expected, "{text}");
        }
    }

    #[test]
    fn t15_what_a_request_adds_is_bounded() {
        let request = Request::new(Method::POST, "/quoine/api/v1/invoices", json!({"a": "x".repeat(400)}).to_string());
        let mut values = Values { request: &request, sent: &Json::Null, left: 1_000, left_out: false };
        let text = values.body(&"${request.body.a}".repeat(1_000));
        assert_eq!((text.len(), values.left_out), (800, true));
    }
}
