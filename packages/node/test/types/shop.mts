// Compiled by a test, and never run: the public types as a strict project uses them.
import { type Report, type Sandbox, VerificationError, startServer } from 'playmoney';
import type { components } from 'playmoney/control';
import { test as jestTest } from 'playmoney/jest';
import { testWith as nodeTestWith } from 'playmoney/node-test';
import { testWith } from 'playmoney/vitest';

const server = await startServer({ clock: 'frozen', webhookUrl: 'http://127.0.0.1:9000/{provider}', evidenceHeader: false });
const sandbox: Sandbox = await server.sandbox({ name: 'shop', seed: 7, now: new Date(0), scenario: 'version: 1', webhookUrl: 'http://127.0.0.1:1/' });

const report: Report = await sandbox.advance('31m');
const statuses: (number | null | undefined)[] = report.deliveries.map((it) => it.status);
await sandbox.advance({ until: 'idle', limit: '2d' });
await sandbox.act('quoine.pay', { invoice: 1, amount: '0.5' });
// @ts-expect-error: the invoice is missing
await sandbox.act('quoine.pay', { amount: '0.5' });
// @ts-expect-error: no such action
await sandbox.act('quoine.pays', { invoice: 1 });
// @ts-expect-error: a duration is a text
await sandbox.advance(31);
await sandbox.verify('quoine.createInvoice', { where: { body: { price: { gt: 100 } }, status: 200 }, count: { atLeast: 1 } });
// @ts-expect-error: no such operation
await sandbox.verify('quoine.createInvoices');
await sandbox.wait('cryptopay.createPaymentOrder', { timeout: 0.5 });
const [delivery] = await sandbox.deliveries({ provider: 'quoine', since: new Date() });
const attempts: number | undefined = delivery?.attempts.length;
const [request] = await sandbox.requests({ operation: 'createInvoice', status: 200 });
const method: string | undefined = request?.request.method;
await sandbox.addRule({ on: 'cryptopay:webhook', when: { event: 'payment.confirmed' }, then: { duplicate: 2 } });
await sandbox.changeAccount('cryptopay', { webhook_secret: 'another', pace: 'manual' });
// @ts-expect-error: no such pace
await sandbox.changeAccount('cryptopay', { pace: 'slow' });
const key: string | undefined = sandbox.credentials.qbitpay.api_key;
const fork: Sandbox = await sandbox.fork('other');
const problem: components['schemas']['problem'] | undefined = undefined;

const test = testWith({ app: (env) => ({ base: env.QUOINE_BASE_URL }), webhooks: '/hooks/{provider}', fakeTimers: ['Date', 'setTimeout'] });
test('a sandbox and an application', async ({ playmoney, app, url, expect }) => {
  const base: string | undefined = app.base;
  const address: string = url;
  expect(await playmoney.advance('1h')).toBeDefined();
  console.log(base, address);
});
nodeTestWith({ processEnv: true })('a sandbox', { timeout: 1000 }, async ({ playmoney, name }) => console.log(name, playmoney.env));
jestTest.each([['a', 1], ['b', 2]] as [string, number][])('%s', async ({ playmoney }, text, number) => {
  console.log(await playmoney.clock(), text.length, number.toFixed());
});

try {
  await fork.delete();
  await sandbox.reset();
} catch (error) {
  if (error instanceof VerificationError) console.log(error.nearest.length, error.timeline);
}
console.log(server.url, sandbox.baseUrl('quantum-payouts'), statuses, attempts, method, key, problem);
await server.stop();
