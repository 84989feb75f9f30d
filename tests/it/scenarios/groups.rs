//! Steps that hold other steps.

use super::{loaded, played};

/// Plays steps: the line and the title of the one that fails, and why.
fn failure(steps: &str) -> Option<String> {
    let played = played(&loaded("steps.yaml", &format!("version: 1\nsteps:\n{steps}")));
    played.failed().map(|it| format!("line {} ({}): {}", it.line, it.title, it.seen))
}

/// A step that makes a payout.
fn perform(number: &str, rest: &str) -> String {
    let with = format!("orderNumber: '{number}', amount: 5, description: d, target: {{ pan: '4111111111111111' }}");
    format!("call: quantum-payouts.performPayout, with: {{ {with} }}{rest}")
}

#[test]
fn steps_are_repeated_with_their_number() {
    let steps = format!(
        "  - repeat:
      times: 3
      steps:
        - {{ {} }}
        - {{ call: quantum-payouts.getPayoutStatus, with: {{ orderNumber: 'A-${{index}}' }}, expect: {{ status: 200 }}, save: last }}
  - {{ call: quantum-payouts.getPayoutStatus, with: {{ orderNumber: A-3 }}, expect: {{ status: 200 }} }}
  - expect_no_webhook: {{ provider: quantum-payouts, subject: A-4 }}
  - expect: {{ of: last, body: {{ orderNumber: A-3 }} }}",
        perform("A-${index}", "")
    );
    assert_eq!(failure(&steps), None);
}

#[test]
fn a_repetition_inside_another_has_a_number_of_its_own() {
    let inner = perform("${outer.amount}-${index}", "");
    let steps = format!(
        "  - repeat:
      times: 2
      steps:
        - {{ {}, save: outer }}
        - repeat: {{ times: 2, steps: [{{ {inner} }}] }}
        - {{ call: quantum-payouts.getPayoutStatus, with: {{ orderNumber: 'O-${{index}}' }}, expect: {{ status: 200 }} }}
  - {{ call: quantum-payouts.getPayoutStatus, with: {{ orderNumber: '5-2' }}, expect: {{ status: 200 }} }}",
        perform("O-${index}", "")
    );
    assert_eq!(failure(&steps), None);
}

#[test]
fn the_step_that_failed_is_named_with_its_repetition() {
    let steps = "  - repeat:
      times: 3
      steps:
        - { call: quoine.getProfile, title: the profile, expect: { status: { lt: 300 } } }
        - { rule: { on: quoine.*, name: busy, then: { error: usage_limit } } }";
    assert_eq!(failure(steps).as_deref(), Some("line 6 (the profile (2 of 3)): an expectation was not met"));
}

#[test]
fn calls_that_arrive_together_are_all_heard_before_one_is_answered() {
    let steps = format!(
        "  - rule: {{ name: slow, on: quantum-payouts.performPayout, when: {{ times: 1 }}, then: {{ latency: 5s }} }}
  - together:
      - {{ {}, expect: {{ status: 200 }}, save: one }}
      - {{ {}, expect: {{ status: 200 }}, save: two }}
      - call: quantum-payouts.getPayoutStatus
        with: {{ orderNumber: A-1 }}
        expect: {{ status: 200, headers: {{ playmoney-time: {{ matches: '00:00:00' }} }} }}
  - expect: {{ of: two, body: {{ creationDate: '${{one.creationDate}}' }} }}",
        perform("A-1", ""),
        perform("A-1", "")
    );
    assert_eq!(failure(&steps), None);
}

#[test]
fn the_call_that_failed_among_those_together_is_named() {
    let steps = "  - together:
      - { call: quoine.getProfile, expect: { status: 200 } }
      - { call: quoine.getInvoice, title: no invoice yet, with: { id: 7 }, expect: { status: 200 } }";
    assert_eq!(failure(steps).as_deref(), Some("line 5 (no invoice yet): an expectation was not met"));
}
