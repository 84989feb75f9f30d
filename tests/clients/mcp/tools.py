"""Uses the tools of `playmoney mcp` through the client of the protocol's own Python SDK.

    tools.py STORY MODE PROGRAM [ARGUMENT...]

STORY is `expiry` (an invoice is paid too little and expires), `providers` (a call to each of them), `bounds` or `reading`. MODE is the
client's: `auto` asks for the newest protocol, `legacy` begins with the handshake of the older ones.
"""

import json
import sys

import anyio
import jsonschema
from mcp import Client, MCPError, StdioServerParameters

BYTES_MAX = 32 * 1024


class Tools:
    """A client whose answers are JSON, and whose refusals are told apart."""

    def __init__(self, client):
        self.client = client

    async def text(self, name, /, **arguments):
        result = await self.client.call_tool(name, arguments)
        (content,) = result.content
        assert len(content.text.encode()) <= BYTES_MAX, f"{name}: {len(content.text)}"
        assert not result.is_error, f"{name}: {content.text}"
        return content.text

    async def json(self, name, /, **arguments):
        return json.loads(await self.text(name, **arguments))

    async def refusal(self, name, /, **arguments):
        result = await self.client.call_tool(name, arguments)
        (content,) = result.content
        assert result.is_error, f"{name} was not refused: {content.text}"
        return content.text


async def expiry(client, tools):
    listed = {it.name: it for it in (await client.list_tools()).tools}
    for tool in listed.values():
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        assert all(it.get("description") for it in tool.input_schema["properties"].values()), tool.name
        hints = tool.annotations
        assert hints.read_only_hint is not None and (hints.read_only_hint or hints.destructive_hint is not None), tool.name
    removing = {name for name, it in listed.items() if it.annotations.destructive_hint}
    assert removing == {"change_account", "clear_rules", "reset", "delete_sandbox"}, removing

    contract = await tools.text("describe", what="quoine.createInvoice")
    assert "price" in contract and "documented" in contract, contract
    assert "payment_expired" in await tools.text("describe", what="quoine events")

    created = await tools.json("call", operation="quoine.createInvoice", **{"with": {"price": "500.0", "name": "order 7"}})
    assert (created["status"], created["body"]["invoice_status"]) == (200, "payment_awaited"), created
    invoice = created["body"]["id"]
    paid = await tools.json("act", action="quoine.pay", **{"with": {"invoice": invoice, "amount": "0.2"}})
    assert paid["action"] == "pay", paid
    (known,) = (await tools.json("objects", provider="quoine"))["objects"]
    assert "confirm" in json.dumps(known), known
    assert (await tools.json("clock"))["now"] == "2026-01-01T00:00:00Z"
    assert (await tools.json("pending"))["pending"], "the invoice will expire"

    report = await tools.json("advance", by="31m")
    assert report["now"] == "2026-01-01T00:31:00Z" and report["fired_total"] >= 1, report
    deliveries = (await tools.json("deliveries", provider="quoine"))["deliveries"]
    last = deliveries[-1]
    assert (last["event"], last["status"]) == ("payment_expired", "delivered"), last
    attempt = last["attempts"][0]
    judged = await tools.json(
        "verify_webhook",
        provider="quoine",
        url=last["url"],
        headers=attempt["request"]["headers"],
        body=attempt["request"]["body"],
    )
    assert judged["valid"] is True, judged
    found = await tools.json("call", operation="quoine.getInvoice", **{"with": {"id": invoice}})
    assert found["body"]["invoice_status"] == "payment_expired", found

    verified = await tools.json("verify", operation="quoine.createInvoice", where={"body": {"name": "order 7"}}, count=1)
    assert verified == {"verified": True, "matched": 1}, verified
    failed = await tools.json("verify", operation="quoine.createInvoice", where={"body": {"name": "order 8"}})
    assert failed["verified"] is False and failed["nearest"], failed
    requests = (await tools.json("requests", operation="quoine.createInvoice"))["requests"]
    assert [it["response"]["status"] for it in requests] == [200], requests
    assert (await tools.json("coverage", provider="quoine"))["providers"]["quoine"]["percent"] > 0
    await tools.json("violations")
    await tools.json("assumptions")

    again = await tools.json("resend", delivery=last["id"])
    assert again["status"] == 200, again
    rule = {"on": "quoine.createInvoice", "when": {"times": 1}, "then": {"error": "usage_limit"}}
    await tools.json("add_rule", **{"with": rule})
    limited = await tools.json("call", operation="quoine.createInvoice", **{"with": {"price": "1.0"}})
    assert limited["status"] == 503, limited
    await tools.json("clear_rules")
    changed = await tools.json("change_account", provider="quoine", account="2", **{"with": {"pace": "manual"}})
    assert changed["pace"] == "manual", changed

    made = await tools.json("create_sandbox", name="other", seed=7)
    assert made["name"] == "other", made
    inside = await tools.json("call", sandbox="other", operation="quoine.listInvoices")
    assert inside["status"] == 200 and "order 7" not in json.dumps(inside["body"]), inside
    await tools.json("delete_sandbox", sandbox="other")
    await tools.json("reset")
    assert (await tools.json("requests"))["requests"] == []


async def providers(client, tools):
    for operation in ["quantapay.get-balances", "qbitpay.showBalance", "cryptopay.listPaymentOrders", "quantum-payouts.features", "quoine.getProfile"]:
        answer = await tools.json("call", operation=operation)
        assert answer["status"] == 200, (operation, answer)
        named = await tools.json("call", operation=operation, sandbox="checkout-7")
        assert named["status"] == 200, (operation, named)
    variables = await tools.json("environment")
    assert variables["QBITPAY_API_KEY"] == "qbit_test_key" and variables["QUOINE_BASE_URL"].endswith("/quoine"), variables

    # What the user has set is masked, and does not sign for an assistant.
    key = "a-key-of-the-user-1234"
    await tools.json("change_account", provider="qbitpay", account="default", **{"with": {"credentials": {"api_key": key}}})
    variables = await tools.text("environment")
    assert key not in variables and "***1234" in variables, variables
    hidden = await tools.refusal("call", operation="qbitpay.showBalance")
    assert key not in hidden and "api_key" in hidden, hidden

    by_number = await tools.json("call", operation="quoine.getProfile", account=2)
    assert by_number["status"] == 200, by_number
    assert "Known accounts: 2" in await tools.refusal("call", operation="quoine.getProfile", account=3)
    assert "name" in await tools.refusal("clock", sandbox="../admin")

    # Errors of the server arrive with its words.
    nearest = await tools.refusal("call", operation="quoine.createInvoce")
    assert "quoine.createInvoice" in nearest, nearest
    unknown = await tools.refusal("act", action="quoine.pay", **{"with": {"invoice": 99}})
    assert "99" in unknown, unknown
    assert "quoine.pay" in await tools.refusal("act", action="pay")
    assert "by" in await tools.refusal("advance", bye="1h")
    assert "argument" in await tools.refusal("objects", providers="quoine")
    assert "delivery" in await tools.refusal("resend")
    assert await tools.refusal("resend", delivery="..")
    assert "change_account" in await tools.refusal("call", operation="quantum-payouts.webhook_save")
    assert "nearest" in await tools.refusal("describe", what="quoine.createInvoce")
    mistakes = await tools.text("check_scenario", scenario="version: 1\nsteps:\n  - cal: quoine.createInvoice\n")
    assert "3:" in mistakes and "call" in mistakes, mistakes
    assert await tools.text("check_scenario", scenario="version: 1\nsteps:\n  - call: quoine.getProfile\n") == "good"
    try:
        await client.call_tool("delivery", {})
    except MCPError as why:
        assert "deliveries" in str(why), why
    else:
        raise AssertionError("a tool that does not exist was called")


async def bounds(client, tools):
    for number in range(60):
        await tools.json("call", operation="quoine.createInvoice", **{"with": {"price": "5.0", "name": f"{number} " + "x" * 200}})
    cut = await tools.json("requests", limit=60)
    kept = len(cut["requests"])
    assert kept < 60 and cut["cut"]["lists"] == [f"/requests: the first {kept} of 60"], cut["cut"]
    more = await tools.json("requests", limit=60, since=cut["requests"][-1]["id"])
    assert more["requests"][0]["id"] != cut["requests"][0]["id"]
    assert "[cut:" in await tools.text("describe", what="cryptopay")
    assert (await tools.json("coverage"))["cut"]["left_out"] == ["ways"]
    assert (await tools.json("coverage", provider="quoine"))["providers"]["quoine"]["errors"]["ways"]

    async def wait(answers):
        result = await client.call_tool("clock", {})
        answers.append((result.is_error, result.content[0].text))

    answers = []
    async with anyio.create_task_group() as group:
        for _ in range(40):
            group.start_soon(wait, answers)
    assert len(answers) == 40 and any(not it[0] for it in answers), answers
    assert all(not it[0] or "under way" in it[1] for it in answers), answers


async def reading(client, tools):
    listed = {it.name for it in (await client.list_tools()).tools}
    assert "advance" not in listed and "deliveries" in listed, listed
    assert "--allow-changes" in client.instructions, client.instructions
    arguments = {
        "call": {"operation": "quoine.createInvoice", "with": {"price": "500.0"}},
        "act": {"action": "qbitpay.deposit", "with": {"currency": "USDT", "amount": "5"}},
        "advance": {"by": "1h"},
        "resend": {"delivery": "dlv-1"},
        "audit": {"provider": "quoine", "webhook_url": "http://127.0.0.1:9/"},
        "change_account": {"provider": "quoine", "account": "2", "with": {"pace": "manual"}},
        "add_rule": {"with": {"on": "quoine.createInvoice", "then": {"error": "usage_limit"}}},
        "create_sandbox": {"name": "other"},
        "clear_rules": {},
        "reset": {},
        "delete_sandbox": {"sandbox": "other"},
    }
    for name, own in arguments.items():
        assert name not in listed, name
        assert "--allow-changes" in await tools.refusal(name, **own), name
    assert (await tools.json("clock"))["now"] == "2026-01-01T00:00:00Z"
    assert (await tools.json("requests"))["requests"] == []
    assert [it["name"] for it in (await tools.json("sandboxes"))["sandboxes"]] == ["default"]
    # All tools that change something were tried.
    program = StdioServerParameters(command=sys.argv[3], args=["mcp", "--allow-changes"])
    async with Client(program) as other:
        everything = {it.name for it in (await other.list_tools()).tools}
    assert everything - listed == set(arguments), everything - listed


async def main():
    story, mode, program, *arguments = sys.argv[1:]
    server = StdioServerParameters(command=program, args=["mcp", *arguments])
    async with Client(server, mode=mode, read_timeout_seconds=60) as client:
        assert client.server_info.name == "playmoney", client.server_info
        await globals()[story](client, Tools(client))
        print(f"{story}: {client.protocol_version}")


anyio.run(main)
