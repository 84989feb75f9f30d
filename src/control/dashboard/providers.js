// The providers, and their contracts, which are read when they are needed for the first time.
import { get } from './api.js';
import { useEffect, useState } from './preact.js';

export const PROVIDERS = [
  ['quantapay', 'QuantaPay'],
  ['qbitpay', 'QbitPay'],
  ['cryptopay', 'CryptoPay'],
  ['quantum-payouts', 'Quantum Payouts'],
  ['quoine', 'Quoine'],
];

const contracts = new Map();

export function contract(slug) {
  if (!contracts.has(slug)) {
    const read = get(`contract/${slug}`);
    read.catch(() => contracts.delete(slug));
    contracts.set(slug, read);
  }
  return contracts.get(slug);
}

/** Something that is read from the server when one of these words changes. `undefined`: not yet. */
export function useRead(read, words) {
  const [it, set] = useState({ value: undefined, why: null });
  useEffect(() => {
    let isWanted = true;
    Promise.resolve(read()).then(
      value => isWanted && set({ value, why: null }),
      why => isWanted && set({ value: null, why }),
    );
    return () => { isWanted = false; };
  }, words);
  return it;
}

export function useContract(slug) {
  return useRead(() => (slug ? contract(slug) : null), [slug]).value;
}
