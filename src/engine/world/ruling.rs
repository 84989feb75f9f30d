//! What rules do: they answer requests, alter webhooks, and drive the lifecycle of the objects that a call has made.

use std::borrow::Cow;
use std::cell::Cell;

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value as Json, json};

use super::World;
use crate::engine::actions::ActionError;
use crate::engine::agenda::Due;
use crate::engine::core::PACED_BY_RULES_MAX;
use crate::engine::ids::{ObjectId, ProviderId};
use crate::engine::log::{ActionEntry, Fired, Refused, What};
use crate::engine::matching::Work;
use crate::engine::rules::{Business, Effects, LifecycleStep, RuleInput};
use crate::engine::tables::Contract;
use crate::engine::tables::found::Found;
use crate::engine::tables::leading::{leading_to, paying};
use crate::kit::fields::Fields;
use crate::kit::http::{Request, form_pairs, headers_in_full};
use crate::kit::time::{Duration, Timestamp, Uptime, later};

impl World {
    /// The operation of a request to a provider, and the account that calls it.
    pub fn find<'a>(&mut self, uptime: Uptime, provider_id: ProviderId, path: &'a str, request: &Request) -> Found<'a> {
        self.with(provider_id, uptime, |it, cx| {
            let mut found = it.contract().find(path, request);
            found.caller = if request.is_ambiguous { None } else { it.caller(cx, &found, request) };
            found
        })
    }

    /// The rule that fires on a request, and what it does.
    pub fn rule_on(&mut self, provider_id: ProviderId, found: &Found<'_>, request: &Request) -> Option<(String, Effects)> {
        if self.core.rules.is_empty() {
            return None;
        }
        let provider = &self.providers[usize::from(provider_id.0)];
        let input = RuleInput {
            provider: provider.contract().slug,
            operation: found.operation.map(|it| it.name),
            event: None,
            account: found.caller.as_ref().map(|it| it.account.as_str()),
            body: &|| provider.sent(request),
            headers: &|| headers_in_full(&request.headers),
            query: &|| form_pairs(request.query.as_bytes()).into_iter().map(|(name, text)| (name, Json::from(text))).collect(),
            work: &Work::of_rules(),
            unread: &Cell::default(),
        };
        let Self { core, .. } = self;
        let fired = core.rules.fire(core.now, core.seed, input);
        if let Some(text) = input.note() {
            core.note(provider_id, text);
        }
        fired
    }

    /// The rule drives the lifecycle of the objects that the call of that name has made.
    pub fn lead(
        &mut self,
        uptime: Uptime,
        provider_id: ProviderId,
        (operation, made): (Option<&str>, &[ObjectId]),
        rule: &str,
        effects: &Effects,
    ) {
        let Some(object) = made.first() else {
            let text = format!("the rule `{rule}` finds no object to lead: the call has made none that has a status");
            return self.core.note(provider_id, text);
        };
        let planned = if effects.course.is_empty() {
            effects.business.as_ref().map_or(Vec::new(), |it| self.business_actions(uptime, (provider_id, *object), operation, it, rule))
        } else {
            self.course_actions(provider_id, operation, *object, &effects.course)
        };
        if planned.is_empty() {
            self.core.note(provider_id, format!("the rule `{rule}` finds no action that could lead the object that the call has made"));
        }
        if !effects.course.is_empty() {
            for it in made {
                self.pace_by_rules(provider_id, *it, rule);
            }
        }
        for (at, act, with) in planned {
            self.core.agenda.book(at, Due::Act { provider_id, act: act.into(), with: with.to_string().into(), rule: rule.into() });
        }
    }

    /// The steps of a course, as actions.
    fn course_actions(
        &self,
        provider_id: ProviderId,
        operation: Option<&str>,
        object: ObjectId,
        course: &[LifecycleStep],
    ) -> Vec<(Timestamp, &'static str, Json)> {
        let contract = self.provider(provider_id).contract();
        let Some(subject) = self.provider(provider_id).subject(object) else { return Vec::new() };
        let mut at = self.core.now;
        let mut planned = Vec::new();
        let mut from = None;
        for it in course {
            let Some((act, outcome)) = leading_to(contract, operation, from, &it.to) else { continue };
            from = Some(it.to.as_str());
            at = later(at, it.after).unwrap_or(at);
            let mut with = object_parameter(contract, act, &subject);
            if let Some(outcome) = outcome {
                with["outcome"] = outcome.into();
            }
            planned.push((at, act, with));
        }
        planned
    }

    /// A business effect on an object, as actions.
    fn business_actions(
        &mut self,
        uptime: Uptime,
        (provider_id, object): (ProviderId, ObjectId),
        operation: Option<&str>,
        effect: &Business,
        rule: &str,
    ) -> Vec<(Timestamp, &'static str, Json)> {
        /// The payer pays after this duration.
        const PROMPTLY: Duration = Duration::from_secs(1);
        let contract = self.provider(provider_id).contract();
        let Some(subject) = self.provider(provider_id).subject(object) else { return Vec::new() };
        let bill = self.with(provider_id, uptime, |it, cx| it.bill(cx, object));
        let now = self.core.now;
        let after = |from: Timestamp, span: Duration| later(from, span).unwrap_or(from);
        let pay = paying(contract);
        match effect {
            Business::Underpaid { share, after: span } => {
                let (Some(pay), Some(bill)) = (pay, bill) else { return Vec::new() };
                let due = bill.due.checked_mul(*share).unwrap_or(Decimal::ZERO);
                let due = due.round_dp_with_strategy(bill.decimals, RoundingStrategy::ToZero);
                let mut with = object_parameter(contract, pay, &subject);
                with["amount"] = due.normalize().to_string().into();
                vec![(after(now, *span), pay, with)]
            }
            Business::LatePayment { after: span } => {
                let (Some(pay), Some(bill)) = (pay, bill) else { return Vec::new() };
                vec![(after(bill.closes_at, *span), pay, object_parameter(contract, pay, &subject))]
            }
            Business::Reorg { depth, after: span } => {
                let Some(pay) = pay else { return Vec::new() };
                let paid = after(now, PROMPTLY);
                let mut undone = json!({"depth": depth});
                if let Some(blockchain) = bill.and_then(|it| it.blockchain) {
                    undone["blockchain"] = blockchain.word().into();
                }
                vec![(paid, pay, object_parameter(contract, pay, &subject)), (after(paid, *span), "reorg", undone)]
            }
            Business::PayoutReturned { after: span } => {
                let Some((act, outcome)) = leading_to(contract, operation, None, "failed") else { return Vec::new() };
                let mut with = object_parameter(contract, act, &subject);
                with["outcome"] = outcome.unwrap_or("failed").into();
                self.pace_by_rules(provider_id, object, rule);
                vec![(after(now, *span), act, with)]
            }
        }
    }

    /// From now on, rules set an object's pace. When that holds for too many objects already, it keeps its own pace.
    fn pace_by_rules(&mut self, provider_id: ProviderId, object: ObjectId, rule: &str) {
        if PACED_BY_RULES_MAX <= self.core.paced_by_rules.len() {
            let text = format!("the rule `{rule}` cannot set the pace of an object: rules lead {PACED_BY_RULES_MAX} objects already");
            return self.core.note(provider_id, text);
        }
        self.core.paced_by_rules.insert((provider_id, object));
    }

    /// Does an action that a rule has booked. When the object's status does not allow it, nothing happens, and the log says
    /// so.
    pub(super) fn act_by_rule(
        &mut self,
        uptime: Uptime,
        at: Timestamp,
        provider_id: ProviderId,
        (action, with, rule): (Cow<'static, str>, Box<str>, Box<str>),
    ) {
        let fields = Fields::json(with.as_bytes()).unwrap_or_default();
        let done = self.with(provider_id, uptime, |it, cx| it.act(cx, &action, &fields));
        let subject = done.as_ref().ok().and_then(|it| self.provider(provider_id).subject(it.object)).unwrap_or_default().into();
        let refused = match done {
            Ok(done) => done.without_effect.map(|why| Refused::Because(why.into())),
            Err(ActionError::Unknown) => Some(Refused::Unknown),
            Err(ActionError::State(why) | ActionError::Invalid(why) | ActionError::Nothing(why)) => Some(Refused::Because(why.into())),
        };
        let entry = ActionEntry { action, with, rule, subject, refused };
        self.core.log.push(at, Some(provider_id), What::Fired(Fired::Action(Box::new(entry))));
    }
}

/// The parameter that names an action's object.
fn object_parameter(contract: &Contract, act: &str, subject: &str) -> Json {
    let row = contract.actions.iter().copied().find(|it| it.name == act);
    let name = row.and_then(|it| it.parameters.first()).map_or("", |it| it.name);
    json!({name: subject})
}
