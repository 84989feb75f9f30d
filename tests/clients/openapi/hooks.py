"""What schemathesis has to know beside a document: how requests are signed, which objects are there, and that nothing leaves this machine.

PLAYMONEY_DOCUMENT names the document: the slug of a provider, or `control`. PLAYMONEY_URL is the server.
"""

import itertools
import os
import random
import re

import jsonschema_rs
import requests
import schemathesis

from apiauth import Signed

DOCUMENT = os.environ["PLAYMONEY_DOCUMENT"]
SERVER = os.environ["PLAYMONEY_URL"]
# An inbox of the server: it is delivered to without a socket, and its name is never looked up.
RECEIVER = "http://fuzz.inbox.playmoney.test"
# The longest real time that a call may wait.
WAIT = "20ms"
CHANCE = random.Random(1)
NUMBERS = itertools.count(1)
# Values that members of answers have had, newest last: later requests ask for them. No answer tells the name of a pair.
KNOWN = {"symbol": ["BTC/CNY", "USDT/CNY"]} if DOCUMENT == "qbitpay" else {}
KNOWN_MAX = 20
# The last state that the control API has answered.
SAVED = []
# The test keys of the default sandbox.
BEARERS = {"cryptopay": "Bearer cp_test_key", "quantum-payouts": "Bearer qm_test_token", "qbitpay": "Basic cWJpdF90ZXN0X2tleTo="}
# Parameters that have to be new each time.
FRESH = {"cryptopay": {"createPaymentOrder": "nonce", "register": "username"}, "quantum-payouts": {"createPayout": "orderNumber"}}
# The members of answers that the parameters of a document mean.
MEANT = {
    "quantapay": {
        "transaction_id": ["id", "0"], "transaction": ["4", "0", "response"], "checkout_id": ["session_id"], "session": ["session_id"],
    },
    "qbitpay": {name: ["id"] for name in ["id", "cursor", "charge", "payout", "deposit"]} | {"symbol": ["symbol"]},
    "cryptopay": {"id": ["id"], "hash": ["transaction_hash"], "refresh": ["refresh"], "order": ["order_id", "id"], "endpoint": ["id"]},
    "quantum-payouts": {"orderNumber": ["orderNumber"]},
    "quoine": {"id": ["id"], "invoice": ["id"]},
    "control": {"delivery": ["id"], "rule": ["name"], "sandbox": ["name"]} | {it: [it] for it in ["provider", "action", "account"]},
}[DOCUMENT]


def is_turn():
    """About every second time: what is generated is tried as it is, and with what the server knows."""
    return CHANCE.random() < 0.5


def kept_here(value):
    """The same value, in which every address leads to the inbox: the server would look up or dial one that was invented."""
    if isinstance(value, dict):
        return {name: kept_here(it) for name, it in value.items()}
    if isinstance(value, list):
        return [kept_here(it) for it in value]
    if isinstance(value, str):
        return re.sub(r"(?i)h[\t\r\n]*t[\t\r\n]*t[\t\r\n]*p[\t\r\n]*s?[\t\r\n]*:[\s/\\]*[^\s/\\?#\"'<>]*", RECEIVER, value)
    return value


def note(value, name=""):
    if isinstance(value, dict):
        for inner, it in value.items():
            note(it, inner)
    elif isinstance(value, list):
        for place, it in enumerate(value):
            note(it, name if isinstance(it, dict) else str(place))
    elif isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
        values = KNOWN.setdefault(name, [])
        if value not in values:
            values.append(value)
            del values[:-KNOWN_MAX]


def known(parameter):
    """A value of an answer that this parameter can mean, another one each time."""
    values = [it for member in MEANT.get(parameter, []) for it in KNOWN.get(member, [])]
    return CHANCE.choice(values) if values else None


def with_known(values):
    for name in list(values or {}):
        value = known(name)
        if value is not None and is_turn():
            values[name] = value


def portal():
    """The cookie of a portal session of Quantum Payouts, and the token of its form."""
    session = requests.Session()
    session.trust_env = False
    page = f"{SERVER}/quantum-payouts/index.php?view="
    session.post(page + "login", data={"username": "demo", "password": "demo-password"}, timeout=10)
    token = re.search('name="csrf_token" value="([^"]*)"', session.get(page + "settings", timeout=10).text)[1]
    return session.cookies.get_dict(), token


def to_control(method, call, body=None):
    session = requests.Session()
    session.trust_env = False
    return session.request(method, f"{SERVER}/__admin/{call}", json=body, timeout=10)


ACTIONS = [it for it in to_control("GET", "act").json()["actions"] if it["provider"] == DOCUMENT]


def outside():
    """Lets something happen outside the API, so that its objects are met in all their statuses. What cannot happen is refused."""
    action = CHANCE.choice(ACTIONS)
    with_ = {}
    for it in action["parameters"]:
        value = CHANCE.choice(it["one_of"]) if it["one_of"] else known(it["name"])
        if it["required"] and value is not None:
            with_[it["name"]] = value
    note(to_control("POST", f"act/{DOCUMENT}/{action['action']}", with_).json().get("object"))


def traffic():
    """A payout in the sandbox that the control API is asked about: its journal, its timers and its deliveries are not empty."""
    session = requests.Session()
    session.trust_env = False
    payout = {"orderNumber": f"n{next(NUMBERS)}", "amount": 1, "description": "one", "target": {"pan": "4111111111111111"}}
    authorised = {"Authorization": BEARERS["quantum-payouts"]}
    session.post(f"{SERVER}/quantum-payouts/api/v1/performPayout", json=payout, headers=authorised, timeout=10)


PORTAL = portal() if DOCUMENT == "quantum-payouts" else None


def authorise(case, name, kwargs):
    """Authorises most requests. The others go as they were generated, with credentials that are wrong or missing."""
    if CHANCE.random() < 0.1:
        return
    body = case.body if isinstance(case.body, dict) else {}
    if DOCUMENT == "quoine":
        kwargs["auth"] = Signed()
    elif DOCUMENT == "quantapay" and "api-key" in body:
        body["api-key"] = "qp_test_key"
    elif PORTAL and name.startswith("webhook_"):
        case.cookies = dict(PORTAL[0])
        if "csrf_token" in body:
            body["csrf_token"] = PORTAL[1]
    elif DOCUMENT in BEARERS:
        case.headers["Authorization"] = BEARERS[DOCUMENT]
    if name == "login" and is_turn():
        body.update({"username": "demo", "password": "demo-password"})


def bounded(case, name):
    """Calls of the control API that would wait for what never comes wait shortly. An inbox answers as its script says, also with what
    a document cannot promise, so the inbox with a script is none of those that receive."""
    if isinstance(case.body, dict) and isinstance(case.body.get("timeout"), str):
        case.body["timeout"] = WAIT
    if name == "list_messages" and case.query and "wait" in case.query:
        case.query["wait"] = WAIT
    if name == "script_inbox":
        case.path_parameters["inbox"] = "scripted"
    elif case.path_parameters.get("inbox") == "scripted":
        case.path_parameters["inbox"] = "plain"


@schemathesis.hook
def before_call(context, case, kwargs):
    name = case.operation.definition.raw["operationId"]
    body = case.body if isinstance(case.body, dict) else None
    for values in [case.path_parameters, case.query, body]:
        with_known(values)
    fresh = FRESH.get(DOCUMENT, {}).get(name)
    if body and isinstance(body.get(fresh), (str, int)) and is_turn():
        number = next(NUMBERS)
        body[fresh] = number if isinstance(body[fresh], int) else f"n{number}"
    if DOCUMENT == "control":
        bounded(case, name)
        if CHANCE.random() < 0.1:
            traffic()
        if name == "restore_state" and SAVED and is_turn():
            case.body = SAVED[-1]
    elif CHANCE.random() < 0.2:
        outside()
    authorise(case, name, kwargs)
    case.body = kept_here(case.body)
    case.query = kept_here(case.query)


@schemathesis.hook
def after_call(context, case, response):
    try:
        answer = response.json()
    except ValueError:
        return
    if case.operation.definition.raw["operationId"] == "save_state":
        SAVED[:] = [answer]
    else:
        note(answer)


def closed(schema):
    """The same schema, in which no object may have more members than it names."""
    if isinstance(schema, list):
        return [closed(it) for it in schema]
    if not isinstance(schema, dict):
        return schema
    own = {name: closed(it) for name, it in schema.items()}
    if own.get("type") == "object" and "properties" in own:
        own.setdefault("additionalProperties", False)
    return own


def is_described(case):
    """Whether it is a request with the method of its operation: undocumented ones are tried as well."""
    return case.method.upper() == case.operation.method.upper()


VALIDATORS = {}


def judge(case, key, schema, body):
    """Holds a body against a schema of the document, in which all objects are closed."""
    if key not in VALIDATORS:
        closed_schema = closed(schema | {"components": case.operation.schema.raw_schema["components"]})
        VALIDATORS[key] = jsonschema_rs.validator_for(closed_schema, validate_formats=True)
    faults = [f"{it.message} at {list(it.instance_path)}" for it in VALIDATORS[key].iter_errors(body)]
    assert not faults, faults


@schemathesis.check
def answer_of_its_function(context, response, case):
    """QuantaPay's functions share one path: the answer is that of the function which was called."""
    if DOCUMENT != "quantapay" or not isinstance(case.body, dict) or not is_described(case):
        return
    body = response.json()
    if body["success"] is True:
        name = f"{case.body['function']}.answer"
        judge(case, name, {"$ref": f"#/components/schemas/{name}"}, body)


@schemathesis.check
def every_member_has_a_row(context, response, case):
    """No answer of a provider has a member that its schema does not name."""
    if not is_described(case):
        return
    responses = case.operation.definition.raw["responses"]
    described = responses.get(str(response.status_code)) or {}
    content = described.get("content", {}).get("application/json")
    if DOCUMENT == "control" or content is None:
        return
    judge(case, (case.operation.label, response.status_code), content["schema"], response.json())
