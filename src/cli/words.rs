//! What a command line means: the command that it leaves out, misspelt commands, and flags that other programs have.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use anstream::ColorChoice;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Stop;
use crate::kit::nearest::nearest;
use crate::kit::printable::line;

/// The default command.
const DEFAULT: &str = "serve";
/// Words that clap knows besides the commands.
const OWN_WORDS: &[&str] = &["help", "-h", "--help", "-V", "--version"];

/// The arguments with their command. A word that can be neither a command nor a file is a misspelt command.
pub fn with_command(mut arguments: Vec<OsString>, commands: &[String]) -> Result<Vec<OsString>, Stop> {
    let mut at = 1;
    while let Some(it) = arguments.get(at).and_then(|it| it.to_str()).filter(|it| it.starts_with("--color")) {
        at += if it == "--color" { 2 } else { 1 };
    }
    let first = arguments.get(at).map_or(String::new(), |it| it.to_string_lossy().into_owned());
    if OWN_WORDS.contains(&&*first) || commands.contains(&first) {
        return Ok(arguments);
    }
    let is_word = !first.is_empty() && !first.starts_with('-') && !first.contains(['.', '/', '\\']);
    if is_word && !Path::new(&first).exists() {
        return Err(Stop::usage(misspelt(&first, commands)));
    }
    arguments.insert(at.min(arguments.len()), DEFAULT.into());
    Ok(arguments)
}

fn misspelt(word: &str, commands: &[String]) -> String {
    let word = line(word);
    let nearest = nearest(&word, commands.iter().map(String::as_str));
    let advice = match (&*word, nearest) {
        ("version", _) => "The version is `playmoney --version`.".to_owned(),
        (_, Some(nearest)) => format!("The nearest is `{nearest}`."),
        (_, None) => format!("Commands are {}; a scenario is a file, such as {word}.yaml.", commands.join(", ")),
    };
    format!("No command and no file is named `{word}`. {advice}")
}

/// Flags that people try, and what is meant.
#[rustfmt::skip]
const TIPS: &[(&[&str], &str)] = &[
    (&["--host", "--bind", "--address", "--addr"], "the address is `--listen ADDR:PORT`, and the port alone `--port N`"),
    (&["-v", "--verbose", "--debug", "--log-level"], "each request and webhook is a line of the log of `playmoney serve --log text`; the version is `--version`"),
    (&["-q", "--quiet", "--silent"], "`playmoney run --quiet` prints only what is not good, and `playmoney serve --log none` writes no log"),
    (&["-c", "-f", "--config", "--file", "--scenario"], "a scenario is named without a flag, as in `playmoney serve scenario.yaml`"),
    (&["--webhook", "--callback", "--callback-url"], "the address of webhooks is `--webhook-url URL`"),
    (&["--frozen", "--time"], "the clock is `--clock frozen`, and its beginning `--now 2026-01-01T00:00:00Z`"),
    (&["--no-color", "--no-colour"], "colours are switched off by `--color never`"),
];

/// Tells for an unknown flag which flag is probably meant. The advice of clap, how to give a flag as a value, is removed.
pub fn with_tip(mut error: clap::Error) -> clap::Error {
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg) else { return error };
    let tip = TIPS.iter().find(|it| it.0.contains(&&**flag)).map(|it| it.1);
    error.remove(ContextKind::Suggested);
    if let Some(tip) = tip {
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

/// Where colours are wanted, read before the rest of the command line, so that its mistakes have them too.
pub fn choose_colours(arguments: &[OsString], environment: Option<&OsStr>) {
    let after_flag = |nth: usize| arguments.get(nth + 1).map(|it| it.to_string_lossy().into_owned());
    let values = arguments.iter().enumerate().take_while(|it| it.1 != "--").filter_map(|(nth, it)| {
        let text = it.to_str()?;
        if text == "--color" { after_flag(nth) } else { text.strip_prefix("--color=").map(str::to_owned) }
    });
    let value = values.last().or_else(|| environment.map(|it| it.to_string_lossy().into_owned()));
    match value.as_deref() {
        Some("always") => ColorChoice::Always.write_global(),
        Some("never") => ColorChoice::Never.write_global(),
        _ => {}
    }
}
