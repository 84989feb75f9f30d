//! Many attempts for one receiver are under way when a sandbox is saved: the copy sends them again, one after another.

use std::time::Duration;

use playmoney::inside::engine::delivery::Outcome;
use serde_json::Value as Json;

use super::create;
use crate::tape::{Tape, polled};

#[test]
fn attempts_that_are_sent_again_leave_one_after_another() {
    const COUNT: usize = 500;
    let mut shop = Tape::shop();
    shop.play("merchant 500");
    (0..COUNT).for_each(|it| create(&mut shop, &format!("A{it}")));
    shop.play("control POST clock/resume");
    shop.uptime.elapsed += Duration::from_secs(20);
    let mut left = Vec::new();
    for _ in 0..COUNT {
        shop.sandbox.tick(shop.uptime);
        left.extend(polled(&mut shop.sandbox).into_iter().map(|it| it.id));
    }
    assert_eq!(left.len(), COUNT, "on a clock that runs, second attempts leave at once");
    let freeze = Tape::control("POST", "clock/freeze", &Json::Null);
    shop.sandbox.handle(shop.uptime, freeze);
    let ticket = shop.sandbox.handle(shop.uptime, Tape::control("GET", "state", &Json::Null));
    shop.uptime.elapsed += Duration::from_secs(2);
    let saved = shop.sandbox.poll_answer(shop.uptime, ticket).and_then(|it| it.response).expect("a state");
    let mut other = Tape::shop();
    let mut put = Tape::control("PUT", "state", &Json::Null);
    put.body = saved.body;
    let restored = other.sandbox.handle(other.uptime, put);
    let mut sent = Vec::new();
    _ = other.sandbox.poll_answer(other.uptime, restored);
    while let [only] = &polled(&mut other.sandbox)[..] {
        sent.push(only.id);
        other.sandbox.settle(other.uptime, only, Outcome::status(200));
    }
    assert_eq!(sent, left, "each when the one before it has its outcome");
}
