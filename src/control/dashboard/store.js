// What the dashboard knows. Changes are told once per frame, however many come in between.
import { useEffect, useState } from './preact.js';

export const store = {
  needsToken: false,
  tokenRefused: false,
  tokenSet: null,
  connection: 'connecting',
  clock: null,
  pending: { rows: [], total: 0, isKnown: false },
  report: null,
  walking: false,
  walkSaid: '',
  said: [],
  hash: null,
  draft: null,
  texts: {},
  caughtUp: false,
  deliveries: 0,
  help: false,
  menu: false,
  begun: 0,
  heard: 0,
  sandboxes: 0,
};

const listeners = new Set();
let isTold = true;

function tell() {
  isTold = true;
  for (const it of [...listeners]) it();
}

export function update(change) {
  Object.assign(store, change);
  if (!isTold) return;
  isTold = false;
  // A page in the background has no frames.
  if (document.hidden) setTimeout(tell, 250);
  else requestAnimationFrame(tell);
}

/** What a component shows of it; it is drawn again when that changes. */
export function useStore(pick) {
  const [value, set] = useState(() => pick(store));
  useEffect(() => {
    const look = () => set(() => pick(store));
    listeners.add(look);
    look();
    return () => listeners.delete(look);
  }, []);
  return value;
}

export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
