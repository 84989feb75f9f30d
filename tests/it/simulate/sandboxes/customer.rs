//! A merchant who plays tapes in one sandbox of a server.

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;
use playmoney::inside::edge::{Config, Making, Server};
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Request, Response, StatusCode};
use playmoney::inside::kit::time::Timestamp;
use serde_json::{Value as Json, json};
use tokio::sync::Mutex;

use crate::net::{Answer, connect, exchange};
use crate::tape::Tape;

/// The address that requests name, the same on every server, so that links in answers are too.
const HOST: &str = "127.0.0.1:4242";
/// The target of all webhooks.
const INBOX: &str = "http://shop.inbox.playmoney.test/";

/// How a request says which sandbox it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Path,
    Header,
    /// By the key of a provider's call, if it has one; otherwise by its path.
    Key,
}

/// A server that makes sandboxes on use, frozen, with inboxes as receivers.
pub async fn server() -> Server {
    let start = Start { webhook_url: Some(INBOX.to_owned()), ..Start::default() };
    Server::start(Config { start, sandboxes: Making::OnUse, ..Config::default() }).await.expect("a free port")
}

/// A merchant, and everything that came back.
pub struct Customer {
    pub name: String,
    /// Writes the requests, and notes what later ones need. Of its own sandbox it uses the clock alone.
    tape: Tape,
    /// What stands in requests to the default sandbox, and what stands there instead.
    keys: Vec<(&'static str, String)>,
    address: SocketAddr,
    connection: Arc<Mutex<SendRequest<Full<Bytes>>>>,
    pub log: String,
}

impl Customer {
    /// A merchant in the sandbox of that name, which is made if it does not exist.
    pub async fn new(server: &Server, name: &str) -> Self {
        let address = server.address();
        let connection = Arc::new(Mutex::new(connect(address).await));
        let mut new = Self { name: name.to_owned(), tape: Tape::shop(), keys: Vec::new(), address, connection, log: String::new() };
        let env = new.control("GET", "env", &Json::Null).await.json();
        let own = |variable: &str| env[variable].as_str().expect("a text").to_owned();
        new.keys = vec![
            ("Bearer qm_test_token", format!("Bearer {}", own("QUANTUM_PAYOUTS_TOKEN"))),
            ("Bearer cp_test_key", format!("Bearer {}", own("CRYPTOPAY_API_KEY"))),
            ("Basic cWJpdF90ZXN0X2tleTo=", format!("Basic {}", STANDARD.encode(format!("{}:", own("QBITPAY_API_KEY"))))),
            ("api-key=qp_test_key", format!("api-key={}", own("QUANTAPAY_API_KEY"))),
            (
                r#""username":"demo","password":"demo-password""#,
                format!(r#""username":"{}","password":"{}""#, own("CRYPTOPAY_USERNAME"), own("CRYPTOPAY_PASSWORD")),
            ),
        ];
        (new.tape.client.user, new.tape.client.secret) = (own("QUOINE_USER_ID"), own("QUOINE_SECRET"));
        new
    }

    /// The same merchant in another sandbox, which knows the same keys, over a connection of its own.
    pub async fn in_sandbox(&self, server: &Server, name: &str) -> Self {
        let (name, tape, keys, address) = (name.to_owned(), self.tape.fork(), self.keys.clone(), server.address());
        let connection = Arc::new(Mutex::new(connect(address).await));
        Self { name, tape, keys, address, connection, log: String::new() }
    }

    /// Sends over the connection of another merchant from now on.
    pub fn share_connection_of(&mut self, other: &Self) {
        self.connection = Arc::clone(&other.connection);
    }

    /// A call of the control API, without a line in the log.
    pub async fn control(&mut self, method: &str, path: &str, body: &Json) -> Answer {
        let request = Tape::control(method, path, body);
        self.send(&request, &format!("/s/{}", self.name), None).await
    }

    /// Plays one piece of a tape; what came back is written down.
    pub async fn play(&mut self, piece: &str, way: Way) {
        for line in piece.lines().map(str::trim) {
            let line = ours(line);
            if line.starts_with("POST /quoine/api") || line.starts_with("GET /quoine/api") {
                let target = line.split(' ').nth(1).expect("a target");
                self.tape.client.target = Some(target.trim_start_matches("/quoine").to_owned());
            }
            writeln!(self.log, "{line}").expect("text");
            // A link that was not answered yet, or that leads elsewhere, is not followed.
            if let Some(request) = self.tape.request(&line).filter(|it| it.target.starts_with('/')) {
                self.ask(request, way).await;
            }
        }
    }

    async fn ask(&mut self, mut request: Request, way: Way) {
        let has_key = self.replace_keys(&mut request);
        let (path, header) = match way {
            Way::Header => (String::new(), Some(self.name.clone())),
            Way::Key if has_key => Default::default(),
            Way::Key | Way::Path => (format!("/s/{}", self.name), None),
        };
        let answer = self.send(&request, &path, header.as_deref()).await;
        let mut headers: Vec<String> = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
        headers.sort();
        let body = String::from_utf8_lossy(&answer.body);
        writeln!(self.log, "  < {} {}\n    {body}", answer.status, headers.join(" ")).expect("text");
        self.note(&answer, &body);
    }

    /// Puts this sandbox's keys into a request. Whether one was in it.
    fn replace_keys(&self, request: &mut Request) -> bool {
        let mut has_key = request.header("authorization").starts_with("APIAuth");
        let mut body = String::from_utf8(request.body.to_vec()).expect("text");
        for (test, own) in &self.keys {
            if request.header("authorization") == *test {
                request.headers.insert("authorization", own.parse().expect("a header"));
                has_key = true;
            }
            if body.contains(test) {
                body = body.replacen(test, own, 1);
                has_key = true;
            }
        }
        request.body = body.into();
        has_key
    }

    /// What later lines need of an answer: its values, and the moment of simulated time.
    fn note(&mut self, answer: &Answer, body: &str) {
        let plain = body.replace(&format!("/s/{}/", self.name), "/");
        let mut response = Response::new(StatusCode::OK, "text/plain", plain);
        response.headers = answer.headers.clone();
        self.tape.note(&response);
        let now: Timestamp = answer.header("playmoney-time").parse().expect("every answer is dated");
        if self.tape.sandbox.world().core.now < now {
            self.tape.admin("POST", "clock/advance", &json!({"to": now}));
        }
    }

    async fn send(&mut self, request: &Request, prefix: &str, named: Option<&str>) -> Answer {
        let mut sent =
            http::Request::builder().method(request.method.clone()).uri(format!("{prefix}{}", request.target)).header("host", HOST);
        for (name, value) in &request.headers {
            sent = sent.header(name, value);
        }
        if let Some(name) = named {
            sent = sent.header("playmoney-sandbox", name);
        }
        let body = String::from_utf8(request.body.to_vec()).expect("text");
        let sent = sent.body(body).unwrap_or_else(|why| panic!("{why}: {}", request.target));
        let mut connection = self.connection.lock().await;
        connection.ready().await.expect("it is open");
        exchange(&mut connection, self.address, sent).await.expect("an answer")
    }

    /// Looks at everything that a caller can see, the saved state too.
    pub async fn look(&mut self) {
        for path in ["clock", "deliveries", "requests", "inbox/shop/messages", "accounts", "rules", "violations", "state"] {
            self.play(&format!("control GET {path}"), Way::Path).await;
        }
    }

    /// The saved state.
    pub async fn state(&mut self) -> String {
        let answer = self.control("GET", "state", &Json::Null).await;
        assert_eq!(answer.status, 200);
        String::from_utf8(answer.body.to_vec()).expect("text")
    }

    /// The user id at Quoine.
    pub fn user_id(&self) -> &str {
        &self.tape.client.user
    }

    /// Replaces the state of the sandbox.
    pub async fn restore(&mut self, saved: &str) {
        let mut request = Tape::control("PUT", "state", &Json::Null);
        request.body = saved.to_owned().into();
        let told = self.send(&request, &format!("/s/{}", self.name), None).await;
        assert_eq!(told.status, 200, "{}", String::from_utf8_lossy(&told.body));
    }
}

/// A line with an inbox in place of a tape's own receiver.
fn ours(line: &str) -> String {
    if let Some(answers) = line.strip_prefix("merchant ") {
        let respond: Vec<Json> = answers.split(' ').map(|it| it.parse::<u16>().map_or_else(|_| it.into(), Json::from)).collect();
        return format!("control PUT inbox/shop/script {}", json!({"respond": respond}));
    }
    line.replace("http://shop.test/", INBOX)
}
