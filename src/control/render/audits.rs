//! What an audit has sent, as it may be shown.

use serde_json::{Value as Json, json};

use super::Renderer;
use crate::engine::delivery::Signed;
use crate::kit::fields::Field;
use crate::kit::http::{Kept, headers_as_written};

impl Renderer {
    /// A request to a receiver, with the text that was signed. `documented` are the headers as the documentation writes them.
    pub fn audited(&self, signed: &Signed, documented: &[Field]) -> Json {
        let show = |text: &str| self.about_url(&signed.url, text);
        let headers = headers_as_written(&self.without_password(signed.headers.clone()), documented, show);
        let mut sent = self.with_body(json!({"headers": headers}), &Kept(signed.body.clone()), show);
        sent["signed"] = json!(signed.signed.as_deref().map(show));
        sent
    }
}
