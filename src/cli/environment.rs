//! `playmoney env`: what an application needs to use the providers of a running server.

use clap::{Args, ValueEnum};
use serde_json::Value as Json;

use super::client::{Connection, Question};
use super::output::pass_on;
use super::{Exit, Stop};

/// How to write it.
#[derive(Args)]
pub struct Env {
    /// How the variables are written: lines for a .env file, JSON, or `export` lines for a shell
    #[arg(long, value_name = "dotenv|json|shell", value_enum, hide_possible_values = true, default_value = "dotenv")]
    format: Format,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Dotenv,
    Json,
    Shell,
}

impl Env {
    /// The variables are keys, so no part of them is hidden.
    pub fn run(self) -> Result<Exit, Stop> {
        let format = if self.connection.is_json() { Format::Json } else { self.format };
        let accept = if format == Format::Dotenv { "text/plain" } else { "application/json" };
        let reply = self.connection.ask(&Question::get(&["env"]).accepting(accept))?;
        if format == Format::Shell {
            pass_on(exports(&reply.json()).as_bytes())?;
        } else {
            pass_on(&reply.body)?;
        }
        Ok(Exit::Good)
    }
}

/// A line for each variable, for `eval "$(playmoney env --format shell)"`.
fn exports(variables: &Json) -> String {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    let variables = variables.as_object().into_iter().flatten().filter(|it| is_name(it.0));
    let line = |(name, value): (&String, &Json)| format!("export {name}='{}'\n", value.as_str().unwrap_or_default().replace('\'', r"'\''"));
    variables.map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_for_a_shell_and_names_that_are_none_left_out() {
        let variables = serde_json::json!({"A_1": "it's $(x)", "b;c": "x"});
        assert_eq!(exports(&variables), "export A_1='it'\\''s $(x)'\n");
    }
}
