//! Sandboxes on several threads: a connection reaches them all, moves to the one that it asks, and loses nothing on the way.

use std::num::NonZeroUsize;

use super::*;

/// A server with three threads, on which three sandboxes beside the default one are at home.
async fn server_with_threads() -> Server {
    let threads = NonZeroUsize::new(3).expect("not zero");
    let server = Server::start(Config { threads, ..Config::default() }).await.expect("a free port");
    for name in ["a", "b", "c"] {
        admin(&server, "POST", "sandboxes", &json!({"name": name})).await;
    }
    server
}

/// A connection that stays open.
struct Open(TcpStream, Vec<u8>);

impl Open {
    async fn to(server: &Server) -> Self {
        Self(TcpStream::connect(server.address()).await.expect("it listens"), Vec::new())
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("sent");
    }

    /// The head and the body of the next answer.
    async fn answer(&mut self) -> (String, String) {
        loop {
            if let Some(answer) = self.whole() {
                return answer;
            }
            let read = self.0.read_buf(&mut self.1).await.expect("an answer");
            assert!(0 < read, "the connection was closed behind {}", String::from_utf8_lossy(&self.1));
        }
    }

    fn whole(&mut self) -> Option<(String, String)> {
        let end = self.1.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&self.1[..end]).into_owned();
        let length: usize = head.lines().find_map(|it| it.strip_prefix("Content-Length: "))?.parse().expect("a number");
        let body = self.1.get(end..end + length)?;
        let body = String::from_utf8_lossy(body).into_owned();
        self.1.drain(..end + length);
        Some((head, body))
    }
}

/// A payout in that sandbox, `default` without a prefix.
fn payout(sandbox: &str, number: usize) -> Vec<u8> {
    let body = json!({"orderNumber": format!("A{number}"), "amount": 150_000, "description": "d", "target": {"pan": "4111111111111111"}});
    let (body, path) = (body.to_string(), "/quantum-payouts/api/v1/performPayout");
    let (prefix, token) = match sandbox {
        "default" => (String::new(), "qm_test_token".to_owned()),
        _ => (format!("/s/{sandbox}"), format!("qm_test_token_{sandbox}")),
    };
    format!(
        "POST {prefix}{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json; \
         charset=UTF-8\r\nAccept: application/json; version=1.0\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn is_from(sandbox: &str, (head, body): &(String, String), number: usize) {
    assert!(head.starts_with("HTTP/1.1 200") && head.contains(&format!("Playmoney-Sandbox: {sandbox}\r\n")), "{head}{body}");
    assert!(body.contains(&format!("\"A{number}\"")), "{sandbox} {number}: {body}");
}

/// How requests are cut into what is written at once.
async fn talk(server: &Server, order: &[&str], cut: impl Fn(usize) -> usize) {
    let mut open = Open::to(server).await;
    let mut sent = order.iter().enumerate().flat_map(|(number, sandbox)| payout(sandbox, number)).collect::<Vec<u8>>();
    let mut round = 0;
    let mut answered = order.iter().enumerate();
    while !sent.is_empty() {
        let now: Vec<u8> = sent.drain(..cut(round).min(sent.len())).collect();
        round += 1;
        open.send(&now).await;
        // Whatever is complete by now is answered before more is sent.
        tokio::task::yield_now().await;
        while let Some(answer) = open.whole() {
            let (number, sandbox) = answered.next().expect("a request");
            is_from(sandbox, &answer, number);
        }
    }
    for (number, sandbox) in answered {
        is_from(sandbox, &open.answer().await, number);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i11_a_connection_that_moves_loses_and_doubles_nothing() {
    let server = server_with_threads().await;
    let all = ["default", "a", "b", "c"];
    let same: Vec<&str> = all.iter().flat_map(|it| [*it; 7]).collect();
    let mixed: Vec<&str> = (0..40).map(|it| all[it * it % 7 % 4]).collect();
    for order in [&same, &mixed] {
        let length = payout("a", 1).len();
        talk(&server, order, |_| length * 40).await; // all at once
        admin(&server, "POST", "reset", &json!({})).await;
        for name in ["a", "b", "c"] {
            admin(&server, "POST", &format!("sandboxes/{name}/reset"), &json!({})).await;
        }
        talk(&server, order, |round| length / 3 + round * 7 % 100).await; // heads and bodies in parts
        for name in all {
            let journal = admin(&server, "GET", &format!("sandboxes/{name}/requests"), &Json::Null).await;
            let own = order.iter().filter(|it| **it == name).count();
            assert_eq!(journal["requests"].as_array().expect("a list").len(), own, "{name}");
            admin(&server, "POST", &format!("sandboxes/{name}/reset"), &json!({})).await;
        }
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_answers_again_after_each_move() {
    let server = server_with_threads().await;
    let mut open = Open::to(&server).await;
    let mut number = 0;
    for sandbox in ["a", "b", "default", "c", "a"] {
        for _ in 0..5 {
            number += 1;
            open.send(&payout(sandbox, number)).await;
            is_from(sandbox, &open.answer().await, number);
        }
    }
    open.send(b"GET /s/a/__admin/clock HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(open.answer().await.0.starts_with("HTTP/1.1 200"));
    assert_eq!(open.0.read(&mut [0]).await.expect("the end"), 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_hangs_up_on_another_thread_ends_its_wait_and_its_walk() {
    let server = server_with_threads().await;
    for name in ["a", "b", "c"] {
        admin(&server, "POST", &format!("sandboxes/{name}/clock/freeze"), &json!({})).await;
        let body = json!({"operation": "quoine.createInvoice", "count": 1, "timeout": "20s"}).to_string();
        let mut open = Open::to(&server).await;
        let head = format!("POST /s/{name}/__admin/requests/wait HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n");
        open.send(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
        let waits = || async { admin(&server, "GET", "health", &Json::Null).await };
        waits().await;
        drop(open);
    }
    // Nothing is left that could keep the server from its end.
    tokio::time::timeout(Duration::from_secs(20), server.stop()).await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_of_all_threads_arrive() {
    let receiver = Receiver::always(200).await;
    let server = server_with_threads().await;
    let url = json!({"webhook_url": receiver.url()});
    for (number, name) in ["default", "a", "b", "c"].iter().enumerate() {
        admin(&server, "PATCH", &format!("sandboxes/{name}/accounts/quantum-payouts/default"), &url).await;
        let mut open = Open::to(&server).await;
        open.send(&payout(name, number)).await;
        is_from(name, &open.answer().await, number);
        let walked = admin(&server, "POST", &format!("sandboxes/{name}/clock/advance"), &json!({"by": "1d"})).await;
        let deliveries = walked["deliveries"].as_array().expect("a list");
        assert!(!deliveries.is_empty() && deliveries.iter().all(|it| it["status"] == 200), "{walked}");
    }
    server.stop().await;
}
