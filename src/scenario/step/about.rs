//! What can be said of a step: where it is written, and what it is for.

use std::ops::Range;

use super::{Step, StepKind};
use crate::scenario::keys::STEPS;
use crate::scenario::shape::Shape;
use crate::scenario::yaml::Node;

impl Step {
    /// The name of the fork that it makes.
    pub fn makes_fork(&self) -> Option<&str> {
        if let StepKind::Fork(name) = &self.doing { Some(name) } else { None }
    }

    /// Whether it only looks: later steps can be played whatever it has seen.
    pub fn only_looks(&self) -> bool {
        let looks = matches!(
            self.doing,
            StepKind::Probe { .. } | StepKind::Expect { .. } | StepKind::ExpectWebhook(_) | StepKind::ExpectNoWebhook(_)
        );
        looks && self.save.is_none()
    }

    /// Whether it proves something: it has an expectation, or waits for something.
    pub fn proves(&self) -> bool {
        match &self.doing {
            StepKind::Call(call) => call.expect.is_some(),
            StepKind::Act { expect, .. } | StepKind::Advance { expect, .. } => expect.is_some(),
            StepKind::Expect { .. }
            | StepKind::ExpectWebhook(_)
            | StepKind::ExpectNoWebhook(_)
            | StepKind::WaitFor(_)
            | StepKind::Probe { .. } => true,
            StepKind::Repeat { steps, .. } | StepKind::Together(steps) => steps.iter().any(Self::proves),
            StepKind::Rule(_)
            | StepKind::DropRule(_)
            | StepKind::Receiver { .. }
            | StepKind::Set { .. }
            | StepKind::Snapshot(_)
            | StepKind::Restore(_)
            | StepKind::Fork(_) => false,
        }
    }

    /// Whether it, or a step inside it, does that.
    pub fn any(&self, does: &dyn Fn(&StepKind) -> bool) -> bool {
        let inside = if let StepKind::Repeat { steps, .. } | StepKind::Together(steps) = &self.doing { &steps[..] } else { &[] };
        does(&self.doing) || inside.iter().any(|it| it.any(does))
    }

    /// The step of that line and title: this one, or one inside it. A title may say more, as which repetition it was.
    pub fn named(&self, line: usize, title: &str) -> Option<&Self> {
        if self.line == line && title.starts_with(&self.title) {
            return Some(self);
        }
        let (StepKind::Repeat { steps, .. } | StepKind::Together(steps)) = &self.doing else { return None };
        steps.iter().find_map(|it| it.named(line, title))
    }

    /// Where it is written, beginning with the step itself, for a failure with these paths of expectations that were not met.
    pub fn places<'p>(&self, missed: impl Iterator<Item = &'p str>) -> (Range<usize>, Vec<Option<Range<usize>>>) {
        let inside = |name: &str, inner: &str| self.source.get(name).and_then(|it| it.get(inner));
        let saved = self.source.get("expect").filter(|it| it.get("of").is_some()).and_then(|it| it.get("body"));
        let [expect, sent, not_sent] = ["expect", "expect_webhook", "expect_no_webhook"].map(|it| self.source.get(it));
        let roots = [saved, expect, sent, not_sent, inside("wait_for", "where"), inside("probe", "expect")];
        let missed = missed.map(|path| roots.into_iter().flatten().find_map(|root| place_of_path(root, path))).collect();
        let verb = STEPS.iter().map(Shape::verb).find(|it| self.source.get(it).is_some()).unwrap_or("");
        (self.source.place_of(verb), missed)
    }
}

/// The place of the name to which a dotted path leads, as far as it leads.
fn place_of_path(node: &Node, path: &str) -> Option<Range<usize>> {
    node.members().iter().find_map(|(key, inner)| {
        let rest = path.strip_prefix(key.name.as_str())?;
        let rest = if rest.is_empty() { rest } else { rest.strip_prefix(['.', '['])? };
        Some(place_of_path(inner, rest).unwrap_or(key.at.clone()))
    })
}
