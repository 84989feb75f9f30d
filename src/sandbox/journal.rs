//! Requests that no provider hears, in the journal: the first question of a tester whose application gets 404 is what it
//! asked.

use super::Sandbox;
use super::answers::{is_root, unknown_path};
use crate::control::Answer;
use crate::engine::log::Trace;
use crate::kit::http::{Request, Response};
use crate::kit::time::Uptime;

impl Sandbox {
    /// Answers a request whose path begins with no provider.
    pub(super) fn answer_unknown(&mut self, request: Request) -> Answer {
        let response = unknown_path(&self.world, &request);
        if !is_root(request.path.as_str()) {
            self.write_down(request, &response);
        }
        Answer::Now(response)
    }

    fn write_down(&mut self, request: Request, response: &Response) {
        let log = &mut self.world.core.log;
        let entry = log.heard(self.world.core.now, None);
        log.received(entry, request, Trace::default(), None);
        log.answered(entry, response);
        log.tally.request(None, None, response.status.as_u16());
    }

    /// Keeps a request that the server has refused before any sandbox heard it. It has no other effect.
    pub fn keep_unheard(&mut self, uptime: Uptime, request: Request, response: &Response) {
        self.keep_refused(uptime, &request, response);
        _ = self.guarded(|it| {
            it.pass_to(uptime);
            it.write_down(request, response);
            it.world.core.log.trim();
        });
        self.proceed(uptime);
    }
}
