//! The tools, as one table: what each is called, what it does, and whether it changes something.

use std::sync::Arc;

use rmcp::model::{Tool as Listed, ToolAnnotations};
use serde_json::{Map, Value as Json, json};

use super::Changes;
use super::controlling::chooses_sandbox;
use crate::cli::scenarios::contracts;
use crate::control::arguments::{arguments, named};

/// What a tool does to a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It looks.
    Reads,
    /// It adds something, or lets something happen.
    Changes,
    /// It takes away or replaces what was there.
    Removes,
}

/// Whether a tool reaches beyond Playmoney: to the receivers of webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Inside,
    Receivers,
}

/// What answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The contracts of this program.
    Describe,
    /// The reader of scenarios in this program.
    CheckScenario,
    /// The addresses and keys of a sandbox.
    Environment,
    /// A provider.
    Call,
    /// An action, by its full name.
    Act,
    /// The call of the control API with that name. Where none of its own arguments is given, it gets the second ones.
    Control(&'static str, &'static [(&'static str, u64)]),
}

/// A tool.
pub struct Tool {
    pub name: &'static str,
    pub effect: Effect,
    reach: Reach,
    pub what: What,
    about: &'static str,
    /// How to get what an answer has left out.
    pub rest: &'static str,
    /// The member that a long answer leaves out first.
    pub spare: &'static str,
}

const fn reads(name: &'static str, what: What, about: &'static str, rest: &'static str) -> Tool {
    Tool { name, effect: Effect::Reads, reach: Reach::Inside, what, about, rest, spare: "ways" }
}

const fn changes(name: &'static str, reach: Reach, what: What, about: &'static str) -> Tool {
    Tool { name, effect: Effect::Changes, reach, what, about, rest: WITH_OTHERS, spare: "" }
}

const fn removes(name: &'static str, call: &'static str, about: &'static str) -> Tool {
    Tool { name, effect: Effect::Removes, reach: Reach::Inside, what: What::Control(call, &[]), about, rest: WITH_OTHERS, spare: "" }
}

const WITH_OTHERS: &str = "The tools deliveries, requests and objects show the rest.";

/// The tools, in the order in which they are listed: those that read first.
#[rustfmt::skip]
pub static TOOLS: &[Tool] = &[
    reads("describe", What::Describe,
        "Shows the contract of a payment provider: operations, parameters, errors, statuses and their transitions, webhooks, retry schedule, actions and settings, each with its evidence. Without `what` it lists the providers.",
        "Ask for a section (quoine errors) or a name (quoine.createInvoice)."),
    reads("environment", What::Environment,
        "Shows base URLs, credentials and webhook secrets as environment variables: what an application needs to use the sandbox in place of the providers. Secrets that the user has set are masked.", ""),
    reads("clock", What::Control("show_clock", &[]),
        "Shows the simulated time, whether it stands, and what is due next.", ""),
    reads("pending", What::Control("list_pending", &[("limit", 50)]),
        "Lists the timers and webhooks that are still to come, soonest first.", "Lower `limit`."),
    reads("objects", What::Control("list_objects", &[("limit", 20)]),
        "Lists invoices, charges, orders, payouts and other objects, newest first, each with its status and the actions that can come next.",
        "Narrow it with provider, kind, status or subject, or go on with `before`."),
    reads("requests", What::Control("list_requests", &[("limit", 50)]),
        "Lists the calls that the application has made, oldest first: request, answer, the rule that answered, and what broke the contract.",
        "Narrow it with provider, operation or status, or go on with `since`: the id of the last entry shown."),
    reads("deliveries", What::Control("list_deliveries", &[("newest", 20)]),
        "Lists webhooks with every attempt: when it left, headers, body, the signed text, and how the receiver answered. Without arguments, the newest 20.",
        "Narrow it with provider, event, subject or status, or go on with `since`: the id of the last entry shown."),
    reads("verify", What::Control("verify_requests", &[]),
        "Says whether the application made calls as expected (an operation with `where` and `count`, or a `sequence`) and, if not, which calls came nearest and in what they differ.",
        "Narrow `where`."),
    reads("verify_webhook", What::Control("verify_webhook", &[]),
        "Says whether the signature of a webhook is right and, if not, why: wrong secret, re-serialised body, wrong encoding, stale timestamp.", ""),
    reads("violations", What::Control("list_violations", &[("limit", 50)]),
        "Lists where the application broke the documented contract although the provider would have answered.",
        "Narrow it with provider or operation, or go on with `since`."),
    reads("assumptions", What::Control("list_assumptions", &[]),
        "Lists what the traffic so far has leaned on that no document confirms.", "Narrow it with provider or evidence."),
    reads("coverage", What::Control("show_coverage", &[]),
        "Shows which operations, errors, statuses, transitions, events and retries of the contract the traffic has reached, and which not.",
        "Ask for one provider, also to see the ways to what is missing."),
    reads("sandboxes", What::Control("list_sandboxes", &[]),
        "Lists the sandboxes of the server. Each has its own clock, state and keys.", "Delete sandboxes that are not used."),
    reads("check_scenario", What::CheckScenario,
        "Says what is wrong with the text of a scenario file (YAML), each mistake with its line and the nearest valid word, and changes nothing.", "Mend these first."),
    changes("call", Reach::Receivers, What::Call,
        "Calls an operation of a provider as a merchant does, with the right signature, and shows the provider's answer. Webhooks that it causes leave at once; time does not pass."),
    changes("act", Reach::Receivers, What::Act,
        "Does what a customer, a bank or a blockchain does: pays an invoice, too little or too late, confirms, settles a payout. `describe` with `quoine actions` lists the actions."),
    changes("advance", Reach::Receivers, What::Control("advance_clock", &[]),
        "Lets simulated time pass, and answers when all that was due has happened, with webhooks and their retries. An answer with \"incomplete\": true has hit a bound: call again."),
    changes("resend", Reach::Receivers, What::Control("resend_delivery", &[]),
        "Sends the event of a delivery again now."),
    changes("audit", Reach::Receivers, What::Control("audit", &[]),
        "Tries a real receiver of webhooks with what it must refuse (tampered, unsigned, stale) and what must do no harm (duplicates, unknown events), and says what it got wrong."),
    removes("change_account", "change_account",
        "Changes settings of a merchant's account under `with`: webhook_url, pace, rate_limit, credentials and others. `describe` with `quoine settings` lists them; null takes a value back."),
    changes("add_rule", Reach::Inside, What::Control("add_rule", &[]),
        "Adds a rule under `with`: what differs from the documentation, when and how often: a documented error, latency, a lost or doubled webhook."),
    changes("create_sandbox", Reach::Inside, What::Control("create_sandbox", &[]),
        "Makes a sandbox with keys, clock and state of its own, perhaps from the text of a scenario, and shows its addresses and credentials."),
    removes("clear_rules", "clear_rules", "Removes all rules."),
    removes("reset", "reset", "Takes the sandbox back to its start: objects, journal and webhooks are gone."),
    removes("delete_sandbox", "delete_sandbox", "Deletes a sandbox, named by `sandbox`, with all that is in it."),
];

impl Tool {
    /// Whether a client may use it.
    pub fn is_offered(&self, changes: Changes) -> bool {
        self.effect == Effect::Reads || changes == Changes::Allowed
    }

    /// As a client reads it.
    pub fn listed(&self) -> Listed {
        let is_read_only = self.effect == Effect::Reads;
        let mut hints = ToolAnnotations::new().read_only(is_read_only).open_world(self.reach == Reach::Receivers);
        if !is_read_only {
            hints = hints.destructive(self.effect == Effect::Removes);
        }
        Listed::new(self.name, self.about, Arc::new(self.schema())).annotate(hints)
    }

    /// The arguments, as JSON Schema.
    pub fn schema(&self) -> Map<String, Json> {
        let text = |description: &str| json!({"type": "string", "description": description});
        let mut schema = match self.what {
            What::Describe => object(
                &json!({
                    "what": text("a provider (quoine), one of its sections (quoine errors), or a name (quoine.createInvoice)"),
                }),
                &[],
            ),
            What::CheckScenario => object(&json!({"scenario": text("the text of the file")}), &["scenario"]),
            What::Environment => object(&json!({}), &[]),
            What::Call => object(
                &json!({
                    "operation": text("the full name of an operation: quoine.createInvoice"),
                    "with": {"type": "object", "description": "its parameters, whether they travel in the path, the query or the body"},
                    "account": text("the id of the account that calls; default: the one that every sandbox has"),
                }),
                &["operation"],
            ),
            What::Act => object(
                &json!({
                    "action": text("the full name of an action: quoine.pay"),
                    "with": {"type": "object", "description": "its parameters: {\"invoice\": 1, \"amount\": \"0.2\"}"},
                }),
                &["action"],
            ),
            What::Control(call, _) => arguments(named(call), &contracts()),
        };
        if let (true, Some(properties)) = (chooses_sandbox(self.what), schema["properties"].as_object_mut()) {
            let about = "the sandbox; default: the one that the command names, or `default`";
            properties.insert("sandbox".to_owned(), json!({"type": "string", "pattern": "^[a-z0-9-]{1,63}$", "description": about}));
        }
        schema.as_object().cloned().unwrap_or_default()
    }
}

fn object(properties: &Json, required: &[&str]) -> Json {
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}
