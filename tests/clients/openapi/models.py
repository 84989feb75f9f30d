"""Reads answers of a server with the models that datamodel-code-generator has made of its documents.

Takes the address of the server and the folder with the generated packages. Prints a line for each document.
"""

import importlib
import pkgutil
import sys

import requests

from apiauth import Signed

SERVER, FOLDER = sys.argv[1:]
PACKAGES = ["quantapay", "qbitpay", "cryptopay", "quantum_payouts", "quoine", "control"]
SESSION = requests.Session()
SESSION.trust_env = False


def loaded(package):
    """How many modules a package has; each is compiled and run."""
    root = importlib.import_module(package)
    names = [it.name for it in pkgutil.walk_packages(root.__path__, package + ".")]
    return len([importlib.import_module(it) for it in names])


def ask(method, path, key=None, **what):
    what.setdefault("headers", {"Authorization": key} if key else {})
    return SESSION.request(method, f"{SERVER}/{path}", timeout=10, **what).json()


def function(name, **fields):
    return ask("POST", "quantapay/api.php", data={"function": name, "api-key": "qp_test_key", **fields})


def read(module, model, answer):
    """The answer as an object with types. A member that is missing or has another type is an error."""
    return getattr(importlib.import_module(module), model).model_validate(answer)


def main():
    sys.path.insert(0, FOLDER)
    assert all(0 < loaded(it) for it in PACKAGES)

    made = read("quantapay.create_transaction", "Answer", function("create-transaction", amount="5", cryptocurrency_code="eth"))
    number, coins, _, confirmations, _ = made.response
    one = read("quantapay.get_transaction", "Answer", function("get-transaction", transaction_id=number)).response
    unknown = read("quantapay.get_transaction", "Answer", function("get-transaction", transaction_id="999")).response
    held = read("quantapay.get_balances", "Answer", function("get-balances")).response
    print("quantapay", one.amount == coins, confirmations.root, one.status.value, unknown, held["btc"].amount)

    charge = {"amount": 5, "currency": "USD", "externalOrderId": "A", "cbUrl": "http://shop.inbox.playmoney.test/"}
    charge["redirectUrl"] = "https://shop.test/"
    made = read("qbitpay", "Charge", ask("POST", "qbitpay/api/v1/charges", "Basic cWJpdF90ZXN0X2tleTo=", json=charge))
    print("qbitpay", made.status.value, made.amount, made.paymentMethod.typeLabel.en)

    order = {"amount": "9", "currency": "USDC", "blockchain": "base", "order_info": "{}", "nonce": 1}
    made = ask("POST", "cryptopay/api/payment-orders/", "Bearer cp_test_key", json=order)
    made = read("cryptopay.createPaymentOrder", "Answer", made).data
    print("cryptopay", made.status.value, made.amount, made.transaction)

    own = read("quantum_payouts.features", "Answer", ask("GET", "quantum-payouts/api/v1/features", "Bearer qm_test_token"))
    print("quantum-payouts", own.result.error, own.features.card_payouts)

    made = read("quoine", "Invoice", ask("POST", "quoine/api/v1/invoices", json={"price": "5"}, auth=Signed()))
    print("quoine", made.invoice_status.value, made.price)

    clock = read("control.show_clock", "Answer", ask("GET", "__admin/clock"))
    print("control", clock.mode.value, clock.next.kind.value, clock.pending)


main()
