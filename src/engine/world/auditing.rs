//! A webhook as an audit sends it: signed by the provider, with another body, date, secret or account.

use super::World;
use crate::engine::delivery::{Delivery, Signed, authorize};
use crate::engine::rules::WebhookFault;
use crate::engine::tables::settings::{SIGNATURE_TIME, Value, WEBHOOK_URL};
use crate::kit::time::{Duration, Uptime};

/// How an audit's request differs from the provider's.
#[derive(Clone, Debug, Default)]
pub struct Varied {
    /// It is signed with this secret.
    pub secret: Option<String>,
    /// Its date is older than the present by this.
    pub age: Option<Duration>,
    /// Draws are made with this seed, so that no two requests have the same nonce.
    pub seed: u64,
}

impl World {
    /// A webhook as it would leave now for that address, with the real date. The sandbox has to be a copy: its seed and an account are
    /// changed. `None`: its target is gone, or its account sends no webhooks.
    pub fn varied(&mut self, uptime: Uptime, webhook: &Delivery, url: &str, how: &Varied) -> Option<Signed> {
        let account = self.core.accounts_mut(webhook.provider_id).get_mut(&webhook.account)?;
        account.set(&SIGNATURE_TIME, Value::Text("real".to_owned()));
        account.set(&WEBHOOK_URL, Value::Text(url.to_owned()));
        self.core.seed = how.seed;
        let mut signed = self.with(webhook.provider_id, uptime, |it, cx| {
            cx.signs_with.clone_from(&how.secret);
            cx.fault = how.age.map(|age| WebhookFault { stale: Some(age), ..WebhookFault::default() });
            it.attempt(cx, webhook)
        })?;
        url.clone_into(&mut signed.url);
        authorize(&mut signed.headers, url);
        Some(signed)
    }
}
