//! Rules of a saved state, read again from the texts that stand beside them.

use serde_json::value::RawValue;

use super::check::{Check, Known};
use super::mistakes::Level;
use super::reference::request;
use super::yaml::{Key, Node, What};
use super::{keys, rule};
use crate::engine::rules::Rule;
use crate::kit::json::{Members, is_shallow};

/// Reads a rule from its `written`. `None`: no scenario and no call would have been read to this.
pub fn reread(written: &str, known: Known<'_>) -> Option<Rule> {
    let raw: &RawValue = is_shallow(written.as_bytes()).then(|| serde_json::from_str(written).ok()).flatten()?;
    let mut check = Check::new(known);
    let node = request::written(&node(raw)?);
    if check.is_bounded(&node) {
        check.shape(&node, &keys::RULE, None);
    }
    let rule = rule::read(&mut check, &node);
    check.mistakes.iter().all(|it| it.level == Level::Warning).then_some(rule)
}

/// A value as the reader of YAML gives it: members in their order, numbers with their digits.
fn node(raw: &RawValue) -> Option<Node> {
    let text = raw.get();
    let what = match text.as_bytes().first()? {
        b'{' => {
            let key = |name: &str| Key { at: 0..0, name: name.to_owned() };
            What::Map(Members::within(raw)?.0.iter().map(|(name, it)| Some((key(name), node(it)?))).collect::<Option<_>>()?)
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            What::List(items.into_iter().map(node).collect::<Option<_>>()?)
        }
        b'"' => What::Text(serde_json::from_str(text).ok()?),
        b't' | b'f' => What::Flag(text == "true"),
        b'n' => What::Null,
        _ => What::Number(text.to_owned()),
    };
    Some(Node { at: 0..0, what })
}
