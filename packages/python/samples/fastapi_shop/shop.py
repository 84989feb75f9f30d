"""A shop in FastAPI that sells for coins, by QuantaPay. It reads its address and keys when it is imported."""

import hmac
import os
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel

API = os.environ['SHOP_QUANTAPAY_API']
KEY = os.environ['QUANTAPAY_API_KEY']
SECRETS = [os.environ['QUANTAPAY_WEBHOOK_SECRET']]


class Price(BaseModel):
    price: str


class Shop:
    """Orders by their number: waiting, open, underpaid or paid. `sessions` has the checkout of each."""

    def __init__(self) -> None:
        self.orders: dict[str, str] = {}
        self.sessions: dict[str, str] = {}
        self.paid = 0
        self.client = httpx.AsyncClient(trust_env=False, timeout=30)

    async def call(self, function: str, **fields: str) -> Any:
        """The answer of QuantaPay, which refuses with status 200; None while it is away."""
        try:
            answer = await self.client.post(API, data={'function': function, 'api-key': KEY, **fields})
        except httpx.TransportError:
            return None
        return answer.json() if answer.is_success else None

    async def sell(self, order: str, price: str) -> str:
        answer = await self.call('create-checkout-session', price=price, currency='usd', order_id=order)
        if not answer or not answer.get('success'):
            return self.orders.setdefault(order, 'waiting')
        self.sessions[order] = answer['response']['session_id']
        self.orders[order] = 'open'
        return 'open'

    def hear(self, payment: dict[str, Any]) -> None:
        """QuantaPay says that a payment is completed. It can say so twice, and late, and for orders of another shop."""
        order = payment['external_reference']
        if self.orders.get(order, 'paid') != 'paid':
            self.orders[order] = 'paid'
            self.paid += 1

    async def look(self, order: str) -> str:
        """QuantaPay tells no underpayment, and never tells twice: a shop has to ask as well."""
        answer = await self.call('get-transactions')
        payments = [it for it in (answer or {}).get('response') or [] if it['external_reference'] == order]
        for payment in payments:
            if payment['status'] == 'C':
                self.hear(payment)
            elif payment['status'] == 'X' and self.orders[order] == 'open':
                self.orders[order] = 'underpaid'
        return self.orders[order]


@asynccontextmanager
async def lifespan(app: FastAPI) -> Any:
    app.state.shop = Shop()
    yield
    await app.state.shop.client.aclose()


def create_app() -> FastAPI:
    app = FastAPI(lifespan=lifespan)

    @app.post('/orders/{order}')
    async def sell(order: str, body: Price) -> Any:
        state = await app.state.shop.sell(order, body.price)
        return {'state': state, 'session': app.state.shop.sessions.get(order)}

    @app.get('/orders/{order}')
    async def show(order: str, look: bool = False) -> Any:
        if order not in app.state.shop.orders:
            raise HTTPException(404)
        return {'state': await app.state.shop.look(order) if look else app.state.shop.orders[order]}

    @app.post('/webhooks/quantapay')
    async def hear(request: Request) -> Any:
        event = await request.json()
        if not any(hmac.compare_digest(event['key'], it) for it in SECRETS):
            raise HTTPException(401)
        app.state.shop.hear(event['transaction'])
        return {}

    return app
