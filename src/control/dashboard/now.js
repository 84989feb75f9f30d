// The simulated time between two answers of the server. While the clock stands, nothing here runs.
import { useEffect, useState } from './preact.js';
import { get } from './api.js';
import { entries, follow } from './events.js';
import { store, update, onChange } from './store.js';

let knownMs = Date.now();
let knownAt = performance.now();
let timer = null;
const watchers = new Set();

function rate() {
  return store.clock?.rate ?? 0;
}

/** The simulated time, in milliseconds since 1970. */
export function nowMs() {
  return knownMs + (performance.now() - knownAt) * rate();
}

export function nowText() {
  return new Date(nowMs()).toISOString();
}

function learn(ms) {
  knownMs = ms;
  knownAt = performance.now();
}

/** Takes over a clock as a call answered it. */
export function setClock(clock) {
  learn(Date.parse(clock.now));
  update({ clock: { ...clock } });
  run();
  for (const it of watchers) it();
}

/** Ticks once a second, but only while time runs and the page is looked at. */
function run() {
  const runs = rate() > 0 && watchers.size > 0;
  if (runs && !timer) {
    timer = setInterval(() => document.hidden || watchers.forEach(it => it()), 1_000);
  } else if (!runs && timer) {
    clearInterval(timer);
    timer = null;
  }
}

/** The simulated time for what is drawn with it. */
export function useNow() {
  const [now, set] = useState(nowMs());
  useEffect(() => {
    const look = () => set(nowMs());
    watchers.add(look);
    run();
    return () => {
      watchers.delete(look);
      run();
    };
  }, []);
  return now;
}

const UPCOMING_MAX = 100;
/** The least time between two looks at what is to come; longer where looking takes longer. */
const PAUSE_MS = 300;
let looksAgainAt = 0;
let isBooked = false;

async function look() {
  isBooked = false;
  const began = performance.now();
  try {
    const [clock, coming] = await Promise.all([get('clock'), get(`clock/pending?limit=${UPCOMING_MAX}`)]);
    setClock(clock);
    update({ pending: { rows: coming.pending, total: clock.pending, isKnown: true }, deliveries: told });
  } catch {
    // The next event asks again.
  }
  const took = performance.now() - began;
  looksAgainAt = performance.now() + Math.max(PAUSE_MS, took * 4);
}

/** Looks at the clock and at what is to come, soon. */
export function lookSoon() {
  if (isBooked) return;
  isBooked = true;
  setTimeout(look, Math.max(30, looksAgainAt - performance.now()));
}

// What happens moves a clock that stands, and changes what is to come.
let told = 0;

/** Whether an entry can mean another delivery, or another attempt of one. */
function isOfWebhook(it) {
  return it.kind === 'change' || Boolean(it.id?.startsWith('dlv-'));
}

follow(fresh => {
  if (fresh === null || fresh.some(isOfWebhook)) told += 1;
  const latest = entries.at(-1)?.at;
  if (latest && rate() === 0 && Date.parse(latest) > knownMs) {
    learn(Date.parse(latest));
    for (const it of watchers) it();
  }
  if (fresh === null || fresh.length > 0) lookSoon();
});
let token = null;
onChange(() => {
  if (store.tokenSet !== token) {
    token = store.tokenSet;
    lookSoon();
  }
});
