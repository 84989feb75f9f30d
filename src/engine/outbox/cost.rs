//! What deliveries cost in memory.

use crate::engine::delivery::{Attempt, Delivery, Outcome, Sent};
use crate::kit::heap;
use crate::kit::http::Kept;

/// A delivery's places in the map and in the lists of those that wait or are finished.
const PLACES: usize = 64;

/// A delivery with all its attempts.
pub fn delivery(it: &Delivery) -> usize {
    let attempts = it.attempts.iter().map(|own| attempt(own) + own.outcome.as_ref().map_or(0, answer));
    own(it) + attempts.sum::<usize>()
}

/// A delivery without its attempts.
pub fn own(it: &Delivery) -> usize {
    let texts = [&it.account, &it.event, &it.subject, &it.url, &it.event_id];
    let texts: usize = texts.iter().map(|text| heap::block(text.len())).sum();
    let fault = it.fault.as_ref().map_or(0, |it| it.cost());
    let answers = it.answers.as_ref().map_or(0, |it| it.cost());
    PLACES + heap::block(size_of::<Delivery>()) + texts + heap::shared(&it.body.0) + fault + answers
}

/// An attempt without its answer. What it shares with its delivery costs nothing.
pub fn attempt(it: &Attempt) -> usize {
    let own = |sent: &Sent| if let Sent::Own(text) = sent { heap::shared(&text.0) } else { 0 };
    size_of::<Attempt>() + it.headers.cost() + own(&it.body) + it.signed.as_ref().map_or(0, own)
}

/// What an outcome keeps of a receiver's answer.
pub fn answer(outcome: &Outcome) -> usize {
    let remarks = outcome.remarks.as_ref().map_or(0, |it| it.cost());
    remarks + outcome.result.as_ref().map_or(0, |it| it.headers.cost() + heap::shared(&it.body.0))
}

/// Whether an attempt has a text of its own that is the body of its delivery.
pub fn can_share(attempt: &Attempt, body: &Kept) -> bool {
    [Some(&attempt.body), attempt.signed.as_ref()].into_iter().flatten().any(|it| it.is_copy_of(body))
}

/// Lets an attempt share the body of its delivery, when it is the same.
pub fn share(attempt: &mut Attempt, body: &Kept) {
    [Some(&mut attempt.body), attempt.signed.as_mut()].into_iter().flatten().for_each(|it| it.share(body));
}
