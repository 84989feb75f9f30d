//! What a rule changes in a webhook: before it is signed, and after.

use bytes::Bytes;

use super::World;
use crate::engine::core::{SPOILT_BYTES_MAX, SPOILT_MAX, Spoilt};
use crate::engine::delivery::{Alteration, AppliedFault, Delivery, Proven, Signed};
use crate::engine::ids::{ObjectId, ProviderId};
use crate::engine::rules::effects::share_of;
use crate::engine::rules::{Patch, WebhookFault};
use crate::engine::tables::Proof;
use crate::kit::http::{HeaderName, HeaderValue, Kept};
use crate::kit::json::{altered, without};

impl World {
    /// That happens to all webhooks of these objects: the request that has made them asks for it.
    pub fn spoil_webhooks_of(&mut self, provider_id: ProviderId, made: &[ObjectId], fault: &AppliedFault) {
        for object in made {
            while !self.has_room_for(fault) {
                let oldest = self.core.spoilt.remove(0);
                let text = format!("`{}` ends for an object: requests have asked for as much since as is kept", oldest.fault.rule);
                self.core.note(oldest.provider_id, text);
            }
            self.core.spoilt.push(Spoilt { provider_id, object: *object, fault: fault.clone() });
        }
    }

    /// Whether one more object may have its webhooks spoilt like this.
    fn has_room_for(&self, fault: &AppliedFault) -> bool {
        let spoilt = &self.core.spoilt;
        let bytes = spoilt.iter().map(|it| it.fault.cost()).sum::<usize>();
        spoilt.is_empty() || (spoilt.len() < SPOILT_MAX && bytes + fault.cost() <= SPOILT_BYTES_MAX)
    }

    /// Does what a rule does to a webhook that is signed, and notes what it could not do to the event before. Returns what a
    /// receiver finds changed.
    pub(super) fn spoil(&mut self, webhook: &Delivery, how: &WebhookFault, signed: &mut Signed) -> Option<Alteration> {
        let proof = self.provider(webhook.provider_id).contract().proof;
        let before = Proven::of(signed, proof);
        let mut untouched = Vec::new();
        // Each attempt on which the rule acts finds the same, so only the first tells what it did not find.
        let is_first = webhook.fault.as_ref().is_some_and(|it| (1..=webhook.scheduled).all(|earlier| it.on_attempt(earlier).is_none()));
        if let Some(patch) = how.patch.as_ref().filter(|_| is_first) {
            untouched.extend(patch.apply(&webhook.body.0).1);
        }
        for (path, value) in &how.tamper {
            match altered(&signed.body, path, value) {
                Some(body) => signed.body = Bytes::from(body),
                None if is_first => untouched.push(path),
                None => {}
            }
        }
        for path in untouched {
            self.note_untouched(webhook, path);
        }
        if how.unsigned {
            signed.signed = None;
            match proof {
                Proof::Header(name) => _ = signed.headers.remove(name),
                Proof::Member(name) => signed.body = without(&signed.body, name).map_or_else(|| signed.body.clone(), Bytes::from),
            }
        }
        for (name, value) in &how.headers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
                signed.headers.insert(name, value);
            }
        }
        if let Some(share) = how.truncate {
            signed.body.truncate(share_of(signed.body.len(), share));
        }
        before.compare(signed, proof, how)
    }

    /// Logs that a rule has found nothing to alter at this path.
    fn note_untouched(&mut self, webhook: &Delivery, path: &str) {
        let Some(fault) = &webhook.fault else { return };
        let text = format!("the rule `{}` alters nothing at `{path}`: the body of {} has no such place", fault.rule, webhook.event);
        self.core.note(webhook.provider_id, text);
    }
}

/// The event with the changes of a rule, as the provider will sign it. The delivery keeps the event itself.
pub(super) fn patched(webhook: &Delivery, patch: &Patch) -> Option<Delivery> {
    let (body, _) = patch.apply(&webhook.body.0);
    (body != webhook.body.0).then(|| Delivery { body: Kept(body), ..webhook.clone() })
}
