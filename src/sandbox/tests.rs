use std::time::Duration;

use super::*;
use crate::engine::clock::Mode;
use crate::engine::delivery::AttemptId;
use crate::kit::http::Method;

fn after(seconds: u64) -> Uptime {
    Uptime { elapsed: std::time::Duration::from_secs(seconds), ..Uptime::START }
}

fn ask(sandbox: &mut Sandbox, second: u64, request: Request) -> Response {
    let ticket = sandbox.handle(after(second), request);
    sandbox.poll_answer(after(second), ticket).and_then(|it| it.response).expect("at once")
}

fn outgoing() -> Outgoing {
    use crate::kit::http::HeaderMap;
    let (id, url, headers) = (AttemptId { delivery: 1, number: 1, copy: 0 }, "http://shop.test/".to_owned(), HeaderMap::new());
    let time_limit = crate::kit::time::Duration::from_secs(10);
    let body = bytes::Bytes::new();
    Outgoing { id, generation: 0, url, headers, body, time_limit, documented_headers: &[], dated: None }
}

fn is_broken(response: &Response) -> bool {
    response.status == StatusCode::INTERNAL_SERVER_ERROR && String::from_utf8_lossy(&response.body).contains("sandbox_broken")
}

#[test]
fn t22_a_broken_sandbox_says_so_and_sleeps() {
    let mut sandbox = Sandbox::new(Start { mode: Mode::Real, ..Start::default() }, after(0));
    let body = r#"{"orderNumber":"A","amount":1,"description":"d","target":{"pan":"4111111111111111"}}"#;
    let perform = Request::new(Method::POST, "/quantum-payouts/api/v1/performPayout", body);
    ask(&mut sandbox, 0, perform.with("Authorization", "Bearer qm_test_token"));
    assert!(sandbox.next_wakeup(after(1)).is_some(), "the bank will answer");
    sandbox.world.outgoing.push_back(outgoing());
    let advance = Request::new(Method::POST, "/__admin/clock/advance", r#"{"by":"1m"}"#).with("Content-Type", "application/json");
    let walker = sandbox.handle(after(1), advance);
    assert!(sandbox.poll_answer(after(1), walker).is_none(), "a webhook is not posted yet");
    let slow = sandbox.tickets.next();
    let pacing = Pacing { held_for: Some(Duration::from_secs(60)), ..Pacing::default() };
    sandbox.tickets.send(slow, after(1), 0, Response::new(StatusCode::OK, "text/plain", ""), Some(pacing));
    assert!(sandbox.guarded::<()>(|_| panic!("a bug")).is_err_and(|it| is_broken(&it)));
    assert!(sandbox.poll_answer(after(1), slow).is_some(), "a delayed answer is not delayed any more");
    sandbox.tick(after(1));
    let ended = sandbox.poll_answer(after(1), walker).and_then(|it| it.response).expect("the walk has ended");
    assert!(is_broken(&ended), "a caller who waits for the walk learns why it ended");
    assert!(is_broken(&ask(&mut sandbox, 2, Request::new(Method::GET, "/", ""))));
    assert_eq!(sandbox.next_wakeup(after(99)), None, "nothing happens in it any more, so nothing wakes it");
    let asked = sandbox.handle(after(3), Request::new(Method::GET, "/__admin/capsule", ""));
    let capsule = sandbox.poll_answer(after(3), asked).and_then(|it| it.response).expect("a history");
    assert_eq!(capsule.status, StatusCode::OK, "what has broken it can be played again");
    let reset = ask(&mut sandbox, 3, Request::new(Method::POST, "/__admin/reset", ""));
    assert_eq!(reset.status, StatusCode::OK, "it can begin anew");
}
