// A first call to a provider, with the keys of this sandbox, for lists that are empty.
import { get, quoted } from './api.js';
import { useRead } from './providers.js';

const PAYOUT = {
  amount: 150000, description: 'A first payout', orderNumber: 'ORDER_1', sessionTimeoutSecs: 1800, type: 'card',
  urls: { returnUrl: 'http://127.0.0.1:9000/ok', failUrl: 'http://127.0.0.1:9000/no' },
};

/** The command that makes a payout; `null` until the keys are known. */
export function useFirstCall() {
  const { value: env } = useRead(() => get('env'), []);
  if (!env?.QUANTUM_PAYOUTS_BASE_URL) return null;
  const headers = [`authorization: Bearer ${env.QUANTUM_PAYOUTS_TOKEN}`, 'content-type: application/json', 'accept: application/json'];
  return ['curl', quoted(`${env.QUANTUM_PAYOUTS_BASE_URL}/api/v1/createPayout`), ...headers.map(it => `-H ${quoted(it)}`), '--data-raw', quoted(JSON.stringify(PAYOUT))].join(' ');
}
