//! The bar beneath a page: what the outside world does to the object that the page shows, as buttons. Each is one control call or
//! several, and stands beside the same as text: for a shell, and for a scenario.

use serde::Serialize;
use serde_json::{Value as Json, json};

/// What a button does, by its id, and what stands on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    pub id: &'static str,
    pub text: &'static str,
}

const fn label(id: &'static str, text: &'static str) -> Label {
    Label { id, text }
}

pub const CHOOSE: Label = label("choose", "Choose bitcoin");
pub const PAY_EXACT: Label = label("pay-exact", "Pay exactly");
pub const PAY_LESS: Label = label("pay-less", "Pay too little");
pub const PAY_MORE: Label = label("pay-more", "Pay too much");
pub const PAY_LATE: Label = label("pay-late", "Pay too late");
pub const PAID: Label = label("paid", "Payer has paid");
pub const SUBMIT_CARD: Label = label("submit-card", "Enter a card");
pub const SUBMIT_PHONE: Label = label("submit-phone", "Enter a phone");
pub const CONFIRM_ONE: Label = label("confirm-one", "Confirm one block");
pub const CONFIRM_ALL: Label = label("confirm-all", "Confirm all");
pub const SELLER: Label = label("confirm", "Seller confirms");
pub const DELIVER: Label = label("deliver", "Deliver the coins");
pub const CAPTURE: Label = label("capture", "Capture");
pub const DROP: Label = label("drop", "Let the transfer vanish");
pub const ACCEPT: Label = label("accept", "Accept the amount");
pub const PROCESS: Label = label("process", "Bank accepts");
pub const SUCCEED: Label = label("succeed", "Bank pays");
pub const DISPUTE: Label = label("dispute", "Dispute");
pub const FOR_BUYER: Label = label("for-buyer", "Decide for the buyer");
pub const FOR_SELLER: Label = label("for-seller", "Decide for the seller");
pub const REFUND: Label = label("refund", "Refund");
pub const FAIL: Label = label("fail", "Fail");
pub const CANCEL: Label = label("cancel", "Cancel");
pub const EXPIRE: Label = label("expire", "Let it expire");
const NEXT: Label = label("next", "Next event");
const MINUTE: Label = label("1m", "+1 m");
const HOUR: Label = label("1h", "+1 h");

/// A control call.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// An action of the page's provider.
    Act { action: &'static str, with: Json },
    /// The clock moves.
    Advance(Json),
}

/// A button: its calls are made one after another, as long as none is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Button {
    pub label: Label,
    pub calls: Vec<Call>,
}

impl Button {
    /// A button that does one action.
    pub fn act(label: Label, action: &'static str, with: Json) -> Self {
        Self { label, calls: vec![Call::Act { action, with }] }
    }

    /// A button that moves the clock to a moment.
    pub fn to(label: Label, moment: impl Serialize) -> Self {
        Self { label, calls: vec![Call::Advance(json!({"to": moment}))] }
    }

    /// The same, and then what the other button does.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.calls.extend(other.calls);
        self
    }
}

/// What a page shows of the bar.
#[derive(Clone, Debug, Serialize)]
pub struct Bar {
    /// What leads from the page to the control API; nothing does on a provider's own host.
    control: Option<String>,
    sandbox: String,
    mode: &'static str,
    now: String,
    buttons: Vec<Shown>,
}

/// A button as a page shows it.
#[derive(Clone, Debug, Serialize)]
struct Shown {
    id: &'static str,
    text: &'static str,
    /// Whether it moves the clock, whatever the page shows.
    is_of_clock: bool,
    /// For the script: a list of addresses below the control API, each with its body.
    calls: String,
    /// For a shell.
    shell: String,
    /// For a scenario.
    steps: String,
}

/// What surrounds a bar.
pub struct Around<'a> {
    pub slug: &'a str,
    pub sandbox: &'a str,
    /// The address of the sandbox, for a shell.
    pub url: &'a str,
    /// What leads from the page to the control API.
    pub control: Option<String>,
    /// The clock's mode and what it shows.
    pub clock: (&'static str, String),
}

impl Bar {
    /// These buttons, and those of the clock.
    pub fn new(around: Around<'_>, buttons: Vec<Button>) -> Self {
        let advance = |label, with| Button { label, calls: vec![Call::Advance(with)] };
        let of_clock = [advance(NEXT, json!({"until": "next"})), advance(MINUTE, json!({"by": "1m"})), advance(HOUR, json!({"by": "1h"}))];
        let show = |button: &Button, is_of_clock| Shown {
            id: button.label.id,
            text: button.label.text,
            is_of_clock,
            calls: button.calls.iter().map(|it| json!([it.path(around.slug), it.body()])).collect::<Json>().to_string(),
            shell: lines(&button.calls, |it| it.shell(around.slug, around.url)),
            steps: lines(&button.calls, |it| it.step(around.slug)),
        };
        let buttons = buttons.iter().map(|it| show(it, false)).chain(of_clock.iter().map(|it| show(it, true))).collect();
        let (mode, now) = around.clock;
        Self { control: around.control, sandbox: around.sandbox.to_owned(), mode, now, buttons }
    }
}

/// JSON in a scenario, where `${` begins a reference and `$${` stands for the two characters.
fn written(with: &Json) -> String {
    with.to_string().replace("${", "$${")
}

fn lines(calls: &[Call], line: impl Fn(&Call) -> String) -> String {
    calls.iter().map(line).collect::<Vec<_>>().join("\n")
}

impl Call {
    /// Below `/__admin/`.
    fn path(&self, slug: &str) -> String {
        match self {
            Self::Act { action, .. } => format!("act/{slug}/{action}"),
            Self::Advance(_) => "clock/advance".to_owned(),
        }
    }

    fn body(&self) -> &Json {
        let (Self::Act { with, .. } | Self::Advance(with)) = self;
        with
    }

    fn shell(&self, slug: &str, url: &str) -> String {
        let quoted = |it: &str| format!("'{}'", it.replace('\'', r"'\''"));
        let (address, body) = (format!("{url}/__admin/{}", self.path(slug)), self.body().to_string());
        format!("curl -X POST {} -H 'Content-Type: application/json' -d {}", quoted(&address), quoted(&body))
    }

    /// A step in the language of scenarios, in which JSON is a way to write a value.
    fn step(&self, slug: &str) -> String {
        match self {
            Self::Act { action, with } => format!("- act: {slug}.{action}\n  with: {}", written(with)),
            Self::Advance(with) => match with["by"].as_str() {
                Some(by) => format!("- advance: {by}"),
                None => format!("- advance: {}", written(with)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(button: Button) -> Shown {
        let clock = ("frozen", "2026-01-01 00:00:00".to_owned());
        let around = Around { slug: "quoine", sandbox: "a", url: "http://127.0.0.1:4242/s/a", control: None, clock };
        Bar::new(around, vec![button]).buttons.swap_remove(0)
    }

    #[test]
    fn a_button_is_a_call_a_line_of_a_shell_and_a_step() {
        let pay = Button::act(PAY_LATE, "pay", json!({"invoice": 1, "amount": "0.2"}));
        let it = shown(Button::to(PAY_LATE, "2026-01-01T00:30:00Z").then(pay));
        assert_eq!(it.calls, r#"[["clock/advance",{"to":"2026-01-01T00:30:00Z"}],["act/quoine/pay",{"amount":"0.2","invoice":1}]]"#);
        let (address, body) = ("http://127.0.0.1:4242/s/a/__admin/act/quoine/pay", r#"{"amount":"0.2","invoice":1}"#);
        let shell = format!("curl -X POST '{address}' -H 'Content-Type: application/json' -d '{body}'");
        assert_eq!(it.shell.lines().last(), Some(&*shell));
        assert_eq!(it.steps, "- advance: {\"to\":\"2026-01-01T00:30:00Z\"}\n- act: quoine.pay\n  with: {\"amount\":\"0.2\",\"invoice\":1}");
    }

    #[test]
    fn what_stands_in_a_name_ends_no_quotes() {
        let it = shown(Button::act(PAY_EXACT, "pay", json!({"order": "'; reboot #\n"})));
        assert!(it.shell.ends_with(r#"-d '{"order":"'\''; reboot #\n"}'"#), "{}", it.shell);
        assert_eq!(it.steps.lines().count(), 2, "{}", it.steps);
    }
}
