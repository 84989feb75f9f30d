//! What a client of the protocol is told, and how its calls of tools are answered.

use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult, PaginatedRequestParams,
    ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::{Map, Value as Json, json};
use tokio::sync::Semaphore;

use super::controlling::{Arguments, act, ask, chooses_sandbox};
use super::tools::{TOOLS, Tool, What};
use super::{Changes, bounded, merchant};
use crate::cli::Stop;
use crate::cli::client::{Connection, Question};
use crate::cli::output::without_numbers;
use crate::cli::scenarios::contracts;
use crate::contract::describe;
use crate::engine::start::Start;
use crate::engine::world::World;
use crate::kit::concealed;
use crate::kit::nearest::nearest;
use crate::kit::secret::masked;
use crate::kit::time::Uptime;
use crate::providers;
use crate::scenario::{Known, parse};

/// Calls of tools that are under way at a time.
const CALLS_MAX: usize = 16;
/// Columns of a page of `describe`.
const COLUMNS: usize = 120;

/// What a client is told at its beginning.
const ABOUT: &str = "Playmoney stands in for five payment providers in tests: QuantaPay, QbitPay, CryptoPay, Quantum Payouts and Quoine Payment. Time is simulated.";
const OWN: &str = "It is in memory and ends with this process, its clock stands, and its webhooks go to built-in inboxes unless an account names another address.";
const ALLOWED: &str = "Tools that change the sandbox are offered: `call` as a merchant, `act` as a payer or a bank, `advance` the clock, then look at `deliveries`, and `verify` what the application has called.";
const REFUSED: &str =
    "They only read. Tools that act, advance the clock or reset are offered when the user starts `playmoney mcp --allow-changes`.";
const BEGIN: &str =
    "Begin with `describe` for what a provider documents, and `environment` for the addresses and keys that an application needs.";

/// The tools of one server.
pub struct Tools {
    connection: Connection,
    changes: Changes,
    /// What a client is told about the server at its beginning.
    about: String,
    under_way: Arc<Semaphore>,
}

impl Tools {
    pub fn new(connection: Connection, changes: Changes, whose: Whose) -> Self {
        let url = connection.base_url();
        let server = match whose {
            Whose::Own => format!("They act on a server of their own at {url}. {OWN}"),
            Whose::Named => format!("They act on the server at {url}."),
        };
        let may = match changes {
            Changes::Allowed => ALLOWED,
            Changes::Refused => REFUSED,
        };
        let about = format!("{ABOUT} {server} {may} {BEGIN}");
        Self { connection, changes, about, under_way: Arc::new(Semaphore::new(CALLS_MAX)) }
    }

    /// The tool that a client names.
    fn tool(&self, name: &str) -> Result<Result<&'static Tool, String>, ErrorData> {
        match TOOLS.iter().find(|it| it.name == name) {
            Some(tool) if tool.is_offered(self.changes) => Ok(Ok(tool)),
            Some(_) => Ok(Err(format!(
                "`{name}` changes something, and these tools only read: the user can allow it with `playmoney mcp --allow-changes`."
            ))),
            None => {
                let nearest = nearest(name, TOOLS.iter().map(|it| it.name)).map_or(String::new(), |it| format!(" The nearest is `{it}`."));
                Err(ErrorData::invalid_params(format!("No tool is named `{name}`.{nearest}"), None))
            }
        }
    }
}

/// Whose the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// It was started with the tools, and ends with them.
    Own,
    Named,
}

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let own = Implementation::new("playmoney", env!("CARGO_PKG_VERSION")).with_title("Playmoney");
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build()).with_server_info(own).with_instructions(self.about.clone())
    }

    async fn list_tools(&self, _: Option<PaginatedRequestParams>, _: RequestContext<RoleServer>) -> Result<ListToolsResult, ErrorData> {
        let offered = TOOLS.iter().filter(|it| it.is_offered(self.changes));
        Ok(ListToolsResult::with_all_items(offered.map(Tool::listed).collect()))
    }

    async fn call_tool(&self, asked: CallToolRequestParams, _: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        let refused = |why: String| Ok(CallToolResult::error(vec![ContentBlock::text(concealed::text(&bounded::text(&why, "")))]).into());
        let tool = match self.tool(&asked.name)? {
            Ok(it) => it,
            Err(why) => return refused(why),
        };
        let Ok(permit) = Arc::clone(&self.under_way).try_acquire_owned() else {
            return refused(format!("{CALLS_MAX} calls are under way: wait for an answer first."));
        };
        let (connection, given) = (self.connection.clone(), asked.arguments.unwrap_or_default());
        let done = tokio::task::spawn_blocking(move || {
            let answer = answer(&connection, tool, given);
            drop(permit);
            answer
        });
        match done.await {
            Ok(Ok(text)) => Ok(CallToolResult::success(vec![ContentBlock::text(concealed::text(&text))]).into()),
            Ok(Err(stop)) => refused(without_numbers(&stop.why)),
            Err(why) => refused(format!("a bug has ended `{}`: {why}", tool.name)),
        }
    }
}

/// Does what a tool does, and returns what the client is shown.
fn answer(connection: &Connection, tool: &Tool, mut given: Arguments) -> Result<String, Stop> {
    fits(tool, &given)?;
    given.retain(|_, it| !it.is_null());
    let chosen = if chooses_sandbox(tool.what) { given.remove("sandbox") } else { None };
    let connection = match chosen.as_ref().map(words) {
        Some(name) => connection.in_sandbox(&name)?,
        None => connection.clone(),
    };
    let text = |name: &str| given.get(name).map(words);
    let with = || given.get("with").cloned().unwrap_or_else(|| json!({}));
    let answer = match tool.what {
        What::Describe => return description(&text("what").unwrap_or_default()).map(|it| bounded::text(&it, tool.rest)),
        What::CheckScenario => return Ok(bounded::text(&checked(&text("scenario").unwrap_or_default()), tool.rest)),
        What::Environment => environment(&connection)?,
        What::Call => merchant::call(&connection, &text("operation").unwrap_or_default(), &with(), text("account").as_deref())?,
        What::Act => act(&connection, &text("action").unwrap_or_default(), &with())?,
        What::Control(call, usual) => ask(&connection, call, usual, given)?,
    };
    Ok(bounded::json(answer, tool.spare, tool.rest))
}

/// An argument as text: an id may be written as a number.
fn words(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether the arguments have names that the tool knows, those that it needs, and the types of texts and objects. The server judges the
/// values.
fn fits(tool: &Tool, given: &Arguments) -> Result<(), Stop> {
    let schema = tool.schema();
    let empty = Map::new();
    let known = schema["properties"].as_object().unwrap_or(&empty);
    for (name, value) in given.iter().filter(|it| !it.1.is_null()) {
        let Some(row) = known.get(name) else {
            let nearest = nearest(name, known.keys().map(String::as_str)).map_or(String::new(), |it| format!(" The nearest is `{it}`."));
            let all = known.keys().cloned().collect::<Vec<_>>().join(", ");
            return Err(Stop::usage(format!("`{}` has no argument `{name}`.{nearest} It takes: {all}.", tool.name)));
        };
        let (is_right, what) = match row["type"].as_str() {
            // An id may be written as a number.
            Some("string") => (value.is_string() || value.is_number(), "a text"),
            Some("object") => (value.is_object(), "an object"),
            Some(_) | None => (true, ""),
        };
        if !is_right {
            return Err(Stop::usage(format!("`{name}` has to be {what}")));
        }
    }
    let missing = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
    let missing: Vec<&str> = missing.filter(|it| given.get(*it).is_none_or(Json::is_null)).collect();
    if missing.is_empty() { Ok(()) } else { Err(Stop::usage(format!("`{}` needs: {}", tool.name, missing.join(", ")))) }
}

fn description(what: &str) -> Result<String, Stop> {
    let contracts = contracts();
    let page = if what.trim().is_empty() {
        describe::providers(&contracts, COLUMNS)
    } else {
        match &*describe::resolve(&contracts, what).map_err(Stop::usage)? {
            [one] => describe::page(*one, COLUMNS),
            several => describe::list(several, COLUMNS),
        }
    };
    Ok(anstream::adapter::strip_str(&page).to_string())
}

/// The mistakes of a scenario. No variable of this machine is read: each that the text names counts as set.
fn checked(text: &str) -> String {
    let (contracts, environment) = (contracts(), |_: &str| Some("1".to_owned()));
    let parsed = parse("scenario.yaml", text, Known { contracts: &contracts, environment: Some(&environment) });
    let begun = parsed.and_then(|scenario| match World::load(scenario.apply_to(Start::default()), providers::all(), Uptime::START) {
        Ok(_) => Ok(scenario.warnings),
        Err(it) => Err(scenario.mistakes(it)),
    });
    match begun {
        Ok(warnings) => warnings.map_or_else(|| "good".to_owned(), |it| it.render(false)),
        Err(mistakes) => mistakes.render(false),
    }
}

/// The variables of a sandbox. Those that the accounts show in full, and addresses, are shown; any other is masked.
fn environment(connection: &Connection) -> Result<Json, Stop> {
    let variables = connection.ask(&Question::get(&["env"]))?.json();
    let accounts = connection.ask(&Question::get(&["accounts"]))?.body;
    let accounts = String::from_utf8_lossy(&accounts).into_owned();
    let is_address = |name: &str| name.ends_with("_URL");
    let shown = |(name, value): (&String, &Json)| {
        let text = value.as_str().unwrap_or_default();
        let may = is_address(name) || accounts.contains(&Json::from(text).to_string());
        (name.clone(), if may { value.clone() } else { masked(text).into() })
    };
    Ok(variables.as_object().into_iter().flatten().map(shown).collect::<Map<_, _>>().into())
}
