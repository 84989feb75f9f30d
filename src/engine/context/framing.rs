//! What stands around a page: whose it is, the clock, and the sandbox's bar.

use serde_json::json;

use super::Context;
use crate::engine::clock::Mode;
use crate::engine::tables::settings::PAGE_BAR;
use crate::kit::bar::{Around, Bar, Button};
use crate::kit::html::{Frame, control, is_bar_off, is_framed_elsewhere};
use crate::kit::http::Request;
use crate::kit::time::plain_utc;

impl Context<'_> {
    /// The frame of the page that a request asks for, with these buttons. The account is the one that the request is about.
    pub fn frame(&self, request: &Request, buttons: Vec<Button>) -> Frame {
        let (contract, core) = (self.contract, &self.core);
        let account = self.trace.account.as_deref().unwrap_or(contract.account);
        let has_bar = !is_bar_off(request) && !is_framed_elsewhere(request) && self.account(account).is_none_or(|it| it.flag(&PAGE_BAR));
        let (mode, rate) = match core.clock.mode() {
            Mode::Frozen => ("frozen", json!(0)),
            Mode::Real => ("real time", json!(1)),
            Mode::Scaled(rate) => ("scaled", rate.number()),
        };
        let rate = if core.clock.stands() { json!(0) } else { rate };
        let url = core.sandbox_url(request);
        let around = || Around {
            slug: contract.slug,
            sandbox: &core.name,
            url: &url,
            control: control(request),
            clock: (mode, plain_utc(core.now)),
        };
        Frame { provider: contract.name, now: core.now.as_millisecond(), rate, bar: has_bar.then(|| Bar::new(around(), buttons)) }
    }
}
