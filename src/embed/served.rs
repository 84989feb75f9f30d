//! A sandbox of a server, from the program that has started the server.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::answer::{Answer, Error, good, read, verified};
use super::report::Report;
use super::{merchant_request, path_of};
use crate::control::environment::Environment;
use crate::edge::Server;
use crate::edge::driver::Driver;
use crate::edge::registry::Registry;
use crate::edge::stage::answer;
use crate::kit::http::{Method, Request, Response};
use crate::kit::time::Timestamp;
use crate::stage;

/// A sandbox of a [`Server`]: the verbs of [`Sandbox`](crate::Sandbox), for a test whose application calls the server over the network.
///
/// The methods go to the sandbox itself and not through a socket. They need the tokio runtime of the server, or another; a test
/// without one uses [`Server::spawn`]. A clone is the same sandbox.
///
/// ```
/// use playmoney::{Config, Server};
/// use serde_json::json;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::start(Config::default()).await?;
/// let shop = server.sandbox("checkout-7")?; // each test has one of its own
/// let base_url = shop.base_url("quoine"); // for the application, with the keys of `environment`
/// assert!(base_url.ends_with("/s/checkout-7/quoine"));
///
/// let invoice = shop.call("quoine.createInvoice", json!({"price": "500.0"})).await?;
/// shop.act("quoine.pay", json!({"invoice": invoice["id"], "amount": "0.01"})).await?;
/// let report = shop.advance("31m").await?;
/// assert!(report.fired.iter().any(|it| it.subject == invoice["id"].to_string()));
/// assert_eq!(shop.verify(&json!({"operation": "quoine.createInvoice", "count": 1})).await?, 1);
/// # server.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ServedSandbox {
    driver: Arc<Driver>,
    registry: Arc<Registry>,
    name: String,
    /// The server's own.
    server_url: String,
}

impl Server {
    /// The sandbox with that name; it is made, as the server's own begins, if it does not exist. `default` always exists.
    ///
    /// # Errors
    /// [`Error::Refused`] when the name is not one (1 to 63 of a-z, 0-9 and `-`), or the server has as many sandboxes as it may.
    pub fn sandbox(&self, name: &str) -> Result<ServedSandbox, Error> {
        let driver = self.find_or_make(name).map_err(refused)?;
        Ok(ServedSandbox { driver, registry: Arc::clone(self.registry()), name: name.to_owned(), server_url: self.base_url() })
    }
}

/// A refusal as an error.
fn refused(refusal: Response) -> Error {
    good(refusal).err().unwrap_or_else(|| Error::NoAnswer("no sandbox".to_owned()))
}

impl ServedSandbox {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What stands for the scheme and the host of a provider: `http://127.0.0.1:4242/s/checkout-7/quoine`.
    pub fn base_url(&self, provider: &str) -> String {
        let sandbox = if self.name == "default" { String::new() } else { format!("/s/{}", self.name) };
        format!("{}{sandbox}/{provider}", self.server_url)
    }

    /// What an application needs to use the providers: names such as `QUOINE_BASE_URL` and `QUOINE_SECRET`, as `playmoney env` shows
    /// them.
    pub fn environment(&self) -> Json {
        let mut variables = Json::Null;
        self.driver.look(|world| variables = Environment::of(world, &self.server_url).variables);
        variables
    }

    /// Calls an operation of a provider as [`Sandbox::call`](crate::Sandbox::call) does.
    ///
    /// # Errors
    /// [`Error::Usage`] when the operation does not exist, or `with` cannot be sent; [`Error::NoAnswer`] when a rule cuts the
    /// connection.
    pub async fn call(&self, operation: &str, with: Json) -> Result<Answer, Error> {
        let mut request = Err(Error::Usage(String::new()));
        let uptime = self.driver.uptime();
        self.driver.look(|world| request = merchant_request(world, uptime, operation, &with));
        self.send(request?).await.map(Answer::of)
    }

    /// Does what a customer, a bank or a blockchain does, as [`Sandbox::act`](crate::Sandbox::act) does, and returns when the webhooks of
    /// this instant have an outcome.
    ///
    /// # Errors
    /// [`Error::Refused`] when the action does not exist, `with` does not fit, or the object's status does not allow it;
    /// [`Error::Usage`] when the name is not of the form `provider.action`.
    pub async fn act(&self, action: &str, with: Json) -> Result<Answer, Error> {
        let (path, body) = path_of(action, &with)?;
        self.control(Method::POST, &path, body).await.map(Answer::of)
    }

    /// Lets simulated time pass as [`Sandbox::advance`](crate::Sandbox::advance) does: webhooks are posted to their receivers, and retried,
    /// before the call returns.
    ///
    /// # Errors
    /// [`Error::Usage`] when `span` is not such a duration or leads past the year 9999; [`Error::StandsStill`] when a receiver causes its
    /// own next webhook at the same instant again and again; [`Error::Refused`] while another advance is under way.
    pub async fn advance(&self, span: &str) -> Result<Report, Error> {
        let body = stage::until(self.now(), span).map_err(Error::Usage)?;
        let (mut walks, mut at_one_instant) = (Vec::new(), 0);
        loop {
            let walk = read(&self.control(Method::POST, "clock/advance", body.clone()).await?.body);
            let (is_incomplete, stands) = (walk["incomplete"] == json!(true), walk["from"] == walk["now"]);
            walks.push(walk);
            if !is_incomplete {
                break;
            }
            at_one_instant = if stands { at_one_instant + 1 } else { 0 };
            if at_one_instant == stage::WALKS_AT_ONE_INSTANT_MAX {
                return Err(Error::StandsStill);
            }
        }
        let mut report = None;
        self.driver.look(|world| report = Some(Report::of(world, walks.into_iter())));
        report.ok_or(Error::StandsStill)
    }

    /// Sends any request as [`Sandbox::send`](crate::Sandbox::send) does: to a provider, or to a control call about the sandbox. Calls
    /// about the server, such as a list of sandboxes, need its address.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] when a rule cuts the connection.
    pub async fn send(&self, mut request: Request) -> Result<Response, Error> {
        let is_head = request.method == Method::HEAD;
        request.origin.clone_from(&self.server_url);
        let response = match self.driver.refusal(&request) {
            Some(refusal) => refusal,
            None => answer(&self.driver, self.driver.put(request)).await.map_err(|it| Error::NoAnswer(it.to_owned()))?,
        };
        Ok(if is_head { response.without_body() } else { response })
    }

    /// A copy of the sandbox as it is at this instant, under that name. It has keys of its own, and its webhooks go to its inbox `fork`,
    /// not to the application of the original.
    ///
    /// # Errors
    /// [`Error::Refused`] when the name is not one, another sandbox has it, or the server has as many sandboxes as it may.
    pub async fn fork(&self, name: &str) -> Result<Self, Error> {
        let driver = self.registry.copy_as(&self.driver, name).await.map_err(refused)?;
        Ok(Self { driver, name: name.to_owned(), ..self.clone() })
    }

    /// The simulated moment.
    pub fn now(&self) -> Timestamp {
        let mut now = Timestamp::UNIX_EPOCH;
        self.driver.look(|world| now = world.core.now);
        now
    }

    /// The calls so far, oldest first: the array that `GET /__admin/requests` answers with.
    ///
    /// # Errors
    /// [`Error::Refused`] when a bug has broken the sandbox.
    pub async fn requests(&self) -> Result<Json, Error> {
        self.shown("requests").await.map(|mut it| it["requests"].take())
    }

    /// The webhooks so far with their attempts, oldest first: the array that `GET /__admin/deliveries` answers with.
    ///
    /// # Errors
    /// [`Error::Refused`] when a bug has broken the sandbox.
    pub async fn deliveries(&self) -> Result<Json, Error> {
        self.shown("deliveries").await.map(|mut it| it["deliveries"].take())
    }

    /// Whether calls were made as expected, as [`Sandbox::verify`](crate::Sandbox::verify) says it.
    ///
    /// # Errors
    /// [`Error::Refused`] with the code `not_verified` and what came nearest, or `invalid_request`.
    pub async fn verify(&self, criteria: &Json) -> Result<u64, Error> {
        verified(self.send(stage::control(Method::POST, "requests/verify", criteria.to_string())).await?)
    }

    /// Waits in real time until calls were made as expected: `criteria` is what [`verify`](Self::verify) takes, with a `timeout` such as
    /// `5s`. For an application that calls when its own work is done.
    ///
    /// # Errors
    /// Those of [`verify`](Self::verify), when the time has passed.
    pub async fn wait(&self, criteria: &Json) -> Result<u64, Error> {
        verified(self.send(stage::control(Method::POST, "requests/wait", criteria.to_string())).await?)
    }

    /// The whole sandbox as one JSON document, secrets in clear.
    ///
    /// # Errors
    /// [`Error::Refused`] when a bug has broken the sandbox.
    pub async fn state(&self) -> Result<Json, Error> {
        self.shown("state").await
    }

    /// Replaces the state by a document that [`state`](Self::state) has returned.
    ///
    /// # Errors
    /// [`Error::Refused`] when the document is damaged, or of another version; then nothing has changed.
    pub async fn restore(&self, state: &Json) -> Result<(), Error> {
        self.control(Method::PUT, "state", state.to_string()).await.map(|_| ())
    }

    /// Takes the sandbox back to its start. With an address, every account tells its webhooks there from then on; `{provider}` in it is
    /// replaced by the slug.
    ///
    /// # Errors
    /// [`Error::Refused`] when the address is not one.
    pub async fn reset(&self, webhook_url: Option<&str>) -> Result<(), Error> {
        let body = webhook_url.map_or_else(|| json!({}), |it| json!({"webhook_url": it}));
        self.control(Method::POST, "reset", body.to_string()).await.map(|_| ())
    }

    /// What the calls so far have leaned on and no document confirms.
    ///
    /// # Errors
    /// [`Error::Refused`] when a bug has broken the sandbox.
    pub async fn assumptions(&self) -> Result<Json, Error> {
        self.shown("assumptions").await.map(|mut it| it["assumptions"].take())
    }

    /// Which parts of the contracts the calls so far have reached: what `GET /__admin/coverage` answers with.
    ///
    /// # Errors
    /// [`Error::Refused`] when a bug has broken the sandbox.
    pub async fn coverage(&self) -> Result<Json, Error> {
        self.shown("coverage").await
    }

    async fn shown(&self, path: &str) -> Result<Json, Error> {
        self.control(Method::GET, path, String::new()).await.map(|it| read(&it.body))
    }

    async fn control(&self, method: Method, path: &str, body: String) -> Result<Response, Error> {
        self.send(stage::control(method, path, body)).await.and_then(good)
    }
}

/// Shows the name and the address of the server.
impl fmt::Debug for ServedSandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServedSandbox").field("name", &self.name).field("server", &self.server_url).finish_non_exhaustive()
    }
}
