//! What a rule has changed in an attempt, from the point of view of its receiver.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::Signed;
use crate::engine::rules::WebhookFault;
use crate::engine::tables::Proof;
use crate::kit::fields::Fields;
use crate::kit::http::HeaderValue;
use crate::kit::json::says_the_same;

/// What a rule has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alteration {
    /// What proves the sender does not fit the rest: one of the two was changed.
    Tampered,
    /// It was signed with a secret that the receiver does not know.
    WrongSecret,
    /// What proves the sender is missing.
    Unsigned,
    /// Its date is older than receivers accept.
    Stale,
    /// Something that no receiver can find by the signature.
    Other,
}

/// An attempt before a rule changes it: its body, and what proves the sender.
pub struct Proven {
    body: Bytes,
    header: Option<HeaderValue>,
    /// Whether it can be verified at all.
    is_signed: bool,
}

impl Proven {
    /// As the provider has made it.
    pub fn of(signed: &Signed, proof: Proof) -> Self {
        let is_signed = match proof {
            Proof::Header(_) => signed.signed.is_some(),
            Proof::Member(_) => true,
        };
        Self { body: signed.body.clone(), header: header(signed, proof), is_signed }
    }

    /// What the rule has changed.
    pub fn compare(&self, signed: &Signed, proof: Proof, how: &WebhookFault) -> Option<Alteration> {
        let is_stale = || how.stale.zip(signed.dated).is_some_and(|(age, dated)| dated.window < age);
        let kind = if !self.is_signed {
            Alteration::Other
        } else if how.unsigned {
            Alteration::Unsigned
        } else if how.bad_signature {
            Alteration::WrongSecret
        } else if !self.fits(signed, proof) {
            Alteration::Tampered
        } else if is_stale() {
            Alteration::Stale
        } else {
            Alteration::Other
        };
        let touches = how.patch.is_some() || how.stale.is_some() || !how.headers.is_empty() || self.body != signed.body;
        (kind != Alteration::Other || touches).then_some(kind)
    }

    /// Whether what proves the sender still fits the rest.
    fn fits(&self, signed: &Signed, proof: Proof) -> bool {
        match proof {
            Proof::Header(_) if self.header != header(signed, proof) => false,
            Proof::Header(_) => says_the_same(&self.body, &signed.body),
            Proof::Member(name) => {
                let member = |body| Some(Fields::json(body)?.json_value(name)?.get().to_owned());
                member(&self.body) == member(&signed.body)
            }
        }
    }
}

fn header(signed: &Signed, proof: Proof) -> Option<HeaderValue> {
    if let Proof::Header(name) = proof { signed.headers.get(name).cloned() } else { None }
}
