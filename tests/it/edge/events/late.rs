//! What comes after the end of a sandbox.

use super::*;

#[tokio::test]
async fn a_sandbox_is_told_once_although_an_answer_of_it_comes_after_its_end() {
    let server = Arc::new(inbox().await);
    let mut stream = Stream::open(&server, "/__admin/events?sandboxes=all", &[]).await;
    admin(&server, "POST", "sandboxes", &json!({"name": "a", "clock": {"mode": "real"}})).await;
    let mut late = request("GET", "/s/a/quantum-payouts/api/v1/features", &Json::Null);
    late.headers_mut().insert("playmoney-fault", "latency=1s".parse().expect("a header"));
    let asking = tokio::spawn(send(server.address(), late));
    let before = stream.until("request").await;
    admin(&server, "DELETE", "sandboxes/a", &Json::Null).await;
    assert!(!asking.is_finished(), "its answer is still to come");
    asking.await.expect("it is answered");
    admin(&server, "POST", "sandboxes", &json!({"name": "b"})).await;
    let mut words: Vec<String> = before.into_iter().map(|it| it.kind).collect();
    loop {
        let it = stream.next().await.expect("an event");
        if it.data["sandbox"] == "b" {
            break;
        }
        words.push(it.kind);
    }
    let of = |word: &str| words.iter().filter(|it| *it == word).count();
    assert_eq!((of("created"), of("deleted")), (1, 1), "{words:?}");
}
