// A program over the types that openapi-typescript has made of the documents. It compiles only if each path, parameter and
// member has its type, and prints a line for each document that it has asked a server about.

import createClient from "openapi-fetch";
import type { components as Quantapay, paths as QuantapayPaths } from "./quantapay";
import type { components as Qbitpay, paths as QbitpayPaths } from "./qbitpay";
import type { paths as CryptopayPaths } from "./cryptopay";
import type { paths as QuantumPaths, webhooks as QuantumWebhooks } from "./quantum-payouts";
import type { components as Quoine, paths as QuoinePaths } from "./quoine";
import type { paths as ControlPaths } from "./control";

declare const process: { argv: string[] };
const server = process.argv[2];

function found<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

// QuantaPay: each function has a request and an answer of its own.
type Answers = Quantapay["schemas"];

async function quantapay(): Promise<void> {
  const api = createClient<QuantapayPaths>({
    baseUrl: `${server}/quantapay`,
    bodySerializer: (body) => new URLSearchParams(body as unknown as Record<string, string>),
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  });
  const create: Answers["create-transaction.request"] = {
    function: "create-transaction", "api-key": "qp_test_key", amount: "5", cryptocurrency_code: "eth",
  };
  const made = found(await api.POST("/api.php", { body: create }));
  if (!made.success) throw new Error(made.error_code);
  const [id, coins, , confirmations] = (made as Answers["create-transaction.answer"]).response;
  const get: Answers["get-transaction.request"] = { function: "get-transaction", "api-key": "qp_test_key", transaction_id: id };
  const answer = found(await api.POST("/api.php", { body: get })) as Answers["get-transaction.answer"];
  if (answer.response === false) throw new Error("the transaction is not known");
  const status: "P" | "C" | "X" | "R" = answer.response.status;
  console.log("quantapay", answer.response.amount === coins, confirmations.toFixed(0), status);
}

async function qbitpay(): Promise<void> {
  const api = createClient<QbitpayPaths>({ baseUrl: `${server}/qbitpay`, headers: { Authorization: "Basic cWJpdF90ZXN0X2tleTo=" } });
  const body = {
    amount: 5, currency: "USD", externalOrderId: "A", cbUrl: "http://shop.inbox.playmoney.test/", redirectUrl: "https://shop.test/",
  } as const;
  const made: Qbitpay["schemas"]["charge"] = found(await api.POST("/api/v1/charges", { body }));
  const again = found(await api.GET("/api/v1/charges/{id}", { params: { path: { id: made.id } } }));
  // @ts-expect-error: the compiler finds a member that the document does not name.
  void again.amuont;
  console.log("qbitpay", again.status, again.amount.toFixed(0));
}

async function cryptopay(): Promise<void> {
  const api = createClient<CryptopayPaths>({ baseUrl: `${server}/cryptopay`, headers: { Authorization: "Bearer cp_test_key" } });
  const body = { amount: "9", currency: "USDC", blockchain: "base", order_info: "{}", nonce: 1 } as const;
  const made = found(await api.POST("/api/payment-orders/", { body }));
  const listed = found(await api.GET("/api/payment-orders/", { params: { query: { status: "pending" } } }));
  console.log("cryptopay", made.data.status, listed.results?.map((it) => it.amount).join());
}

// The body of a webhook has a type too.
type Event = QuantumWebhooks["payout.status_changed"]["post"]["requestBody"]["content"]["application/json"];
const statusOf = (event: Event): string => event.payout.status;

async function quantum(): Promise<void> {
  const api = createClient<QuantumPaths>({ baseUrl: `${server}/quantum-payouts`, headers: { Authorization: "Bearer qm_test_token" } });
  const body = { orderNumber: "A", amount: 150000, description: "one", target: { pan: "4111111111111111" } };
  const made = found(await api.POST("/api/v1/performPayout", { body }));
  const refused = await api.POST("/api/v1/getPayoutStatus", { body: { orderNumber: "B" } });
  console.log("quantum-payouts", made.orderStatus, refused.error?.result.error, statusOf.length);
}

// Requests of Quoine are signed. The clock of the server stands.
async function quoine(): Promise<void> {
  const secret = "cGxheW1vbmV5LXF1b2luZS10ZXN0LXNlY3JldC1vbmx5LWZvci1sb2NhbC11c2UtMDAwMDAwMDAwMDAwMDAwMDA=";
  const header = { Date: "Thu, 01 Jan 2026 00:00:00 GMT", NONCE: "0".repeat(31) + "a" };
  const api = createClient<QuoinePaths>({ baseUrl: `${server}/quoine` });
  api.use({
    async onRequest({ request }) {
      const text = new TextEncoder().encode(`application/json,,${new URL(request.url).pathname},${header.Date},${header.NONCE}`);
      const algorithm = { name: "HMAC", hash: "SHA-1" };
      const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, ["sign"]);
      const signature = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign("HMAC", key, text))));
      request.headers.set("Content-Type", "application/json");
      request.headers.set("Authorization", `APIAuth 2:${signature}`);
      return request;
    },
  });
  const made: Quoine["schemas"]["invoice"] = found(await api.POST("/api/v1/invoices", { params: { header }, body: { price: "5" } }));
  console.log("quoine", made.invoice_status);
}

async function control(): Promise<void> {
  const api = createClient<ControlPaths>({ baseUrl: server });
  const walk = found(await api.POST("/__admin/clock/advance", { body: { by: "1m" } }));
  const journal = found(await api.GET("/__admin/requests", { params: { query: { provider: "quoine" } } }));
  console.log("control", walk.now, journal.requests.map((it) => it.operation).join());
}

for (const ask of [quantapay, qbitpay, cryptopay, quantum, quoine, control]) await ask();
