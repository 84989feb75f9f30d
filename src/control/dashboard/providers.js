// The providers, and their contracts, which are read when they are needed for the first time.
import { get } from './api.js';
import { useEffect, useReducer, useState } from './preact.js';
import { useStore } from './store.js';

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

/** The accounts, and a function that reads them again. They are read again too when the sandbox begins anew, and when one comes back. */
export function useAccounts() {
  const [again, readAgain] = useReducer(it => it + 1, 0);
  const begun = useStore(it => it.begun);
  useEffect(() => {
    addEventListener('focus', readAgain);
    return () => removeEventListener('focus', readAgain);
  }, []);
  const { value, why } = useRead(() => get('accounts'), [again, begun]);
  return { accounts: value?.accounts, why, readAgain };
}

export function useContract(slug) {
  return useRead(() => (slug ? contract(slug) : null), [slug]).value;
}
