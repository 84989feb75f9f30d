//! `playmoney mcp`: the tools of a sandbox for coding assistants, by the Model Context Protocol. Standard output carries the protocol
//! alone.

mod bounded;
mod controlling;
mod merchant;
mod service;
mod tools;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use clap::Args;
use rmcp::ServiceExt;
use rmcp::transport::async_rw::AsyncRwTransport;

use self::service::{Tools, Whose};
use super::client::NamedServer;
use super::output::tell;
use super::serve::log::{self, LogFormat};
use super::serve::values::cores;
use super::serve::{Signals, cannot_listen, target};
use super::{Exit, Stop};
use crate::edge::{Config, Making, Server};
use crate::engine::start::Start;
use crate::stage::memory::INBOXES;

/// Bytes of one message of a client. A body of the control API has at most as much.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// Answers that are under way when the process ends have this time.
const END_TIME_MAX: Duration = Duration::from_millis(500);

/// Which server the tools act on, and whether they may change it.
#[derive(Args)]
pub struct Mcp {
    /// Offer the tools that change a sandbox too: call, act, advance, reset and others
    #[arg(long)]
    allow_changes: bool,
    #[command(flatten)]
    server: NamedServer,
    /// The port of the server of its own; default: a free one
    #[arg(long, value_name = "N", help_heading = "Server")]
    port: Option<u16>,
    /// The first webhook address of every account, on the server of its own; {provider} is replaced by the slug of the provider;
    /// default: built-in inboxes
    #[arg(long, value_name = "URL", value_parser = target, help_heading = "Server")]
    webhook_url: Option<String>,
    /// The log on standard error: text, json or none
    #[arg(long, value_name = "text|json|none", value_enum, hide_possible_values = true, default_value = "text")]
    #[arg(env = "PLAYMONEY_LOG", help_heading = "Output")]
    log: LogFormat,
}

/// Whether tools that change something are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changes {
    Allowed,
    Refused,
}

impl Mcp {
    /// Serves until standard input ends, or SIGINT or SIGTERM comes.
    pub fn run(self) -> Result<Exit, Stop> {
        log::write(Some(self.log));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|why| Stop { exit: Exit::Start, why: format!("cannot start threads: {why}") })?;
        let done = runtime.block_on(self.serve());
        // A read of standard input cannot be ended, so its thread is left behind.
        runtime.shutdown_timeout(Duration::from_millis(100));
        done
    }

    async fn serve(self) -> Result<Exit, Stop> {
        let mut signals = Signals::listen()?;
        let (connection, own) = if let Some(connection) = self.server.connection() {
            if self.port.is_some() || self.webhook_url.is_some() {
                let why = "--port and --webhook-url are about a server of its own, and --url (or PLAYMONEY_URL) names a running one";
                return Err(Stop::usage(why));
            }
            (connection, None)
        } else {
            let server = self.start().await?;
            (self.server.own(&server.base_url())?, Some(server))
        };
        let changes = if self.allow_changes { Changes::Allowed } else { Changes::Refused };
        let whose = if own.is_some() { "a server of its own at " } else { "" };
        let may = if self.allow_changes { "it may change the sandbox" } else { "read-only: --allow-changes offers the other tools" };
        tell(format!("playmoney: the Model Context Protocol is on standard input and output, for {whose}{}; {may}", connection.base_url()));
        let tools = Tools::new(connection, changes, if own.is_some() { Whose::Own } else { Whose::Named });
        let transport = AsyncRwTransport::new_server(tokio::io::stdin(), tokio::io::stdout()).with_max_line_length(MESSAGE_BYTES_MAX);
        tokio::select! {
            () = signals.wait() => {}
            () = until_it_ends(tools, transport) => {}
        }
        if let Some(server) = own {
            _ = tokio::time::timeout(END_TIME_MAX, server.stop()).await;
        }
        Ok(Exit::Good)
    }

    /// A server in memory, whose clock stands.
    async fn start(&self) -> Result<Server, Stop> {
        let webhook_url = self.webhook_url.clone().unwrap_or_else(|| INBOXES.to_owned());
        let start = Start { webhook_url: Some(webhook_url), ..Start::default() };
        let listen = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, self.port.unwrap_or(0)))];
        let config = Config { listen: listen.clone(), start, sandboxes: Making::OnUse, threads: cores(), ..Config::default() };
        Server::start(config).await.map_err(|why| Stop { exit: Exit::Start, why: cannot_listen(&listen, &why) })
    }
}

/// Answers until the client closes its end. A client that closes it before it has begun, or that speaks another protocol, is told so in
/// the log.
async fn until_it_ends(tools: Tools, transport: AsyncRwTransport<rmcp::RoleServer, tokio::io::Stdin, tokio::io::Stdout>) {
    match tools.serve(transport).await {
        Ok(running) => _ = running.waiting().await,
        Err(why) => tracing::warn!("the client has not begun the protocol: {why}"),
    }
}
