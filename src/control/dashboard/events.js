// Live events: a stream that is read with the token, and goes on where it ended.
import { stream } from './api.js';
import { store, update, onChange } from './store.js';

/** Entries that are kept: the latest. */
export const ENTRIES_MAX = 10_000;
/** Entries that are taken over in one frame. */
const AT_ONCE = 200;
const RETRY_MS = 1_000;

/** What has happened, oldest first. */
export const entries = [];
/** How many were dropped to stay within the bound. */
export let dropped = 0;

let waiting = [];
let last = '0';
const followers = new Set();

/** Calls back with what is new; with `null`, when everything has changed. */
export function follow(listener) {
  followers.add(listener);
  return () => followers.delete(listener);
}

function tellAll(fresh, gone = []) {
  for (const it of followers) it(fresh, gone);
}

function entry(news, sequence) {
  const words = [news.message, news.id, news.operation, news.event, news.subject, news.from, news.to, news.cause, news.error, news.detail,
    news.rule, news.status, news.provider, news.hint];
  return { ...news, key: sequence, text: words.filter(Boolean).join(' ').toLowerCase() };
}

/** Attempts without an outcome yet, by delivery and number. */
const underWay = new Map();

/** What an entry tells better than one before it: the outcome of an attempt, the change that a timer has made. */
function toldBefore(it) {
  if (it.kind === 'attempt') underWay.set(`${it.id} ${it.attempt}`, it);
  if (it.kind === 'webhook') {
    const name = `${it.id} ${it.attempt}`;
    const attempt = underWay.get(name);
    underWay.delete(name);
    return attempt;
  }
  const timer = it.kind === 'change' && latest?.kind === 'timer' ? latest : undefined;
  return timer && timer.subject === it.subject && timer.at === it.at ? timer : undefined;
}

let latest;

const QUIET_MS = 1_000;
let quiet;

/** Says that what had happened before is here: when nothing has come for a while. */
function waitForQuiet() {
  if (store.caughtUp) return;
  clearTimeout(quiet);
  quiet = setTimeout(() => update({ caughtUp: true }), QUIET_MS);
}

/** Takes over what has arrived. A long backlog comes in pieces, so that the page stays usable. */
function takeOver() {
  if (waiting.length === 0) return;
  const fresh = [];
  const gone = [];
  for (const it of waiting.splice(0, AT_ONCE)) {
    if (it.kind === 'reset') {
      entries.length = 0;
      dropped = 0;
      update({ begun: store.begun + 1 });
      fresh.length = 0;
      underWay.clear();
      tellAll(null);
    }
    const before = toldBefore(it);
    if (before) before.isTold = true;
    if (before && !fresh.includes(before)) gone.push(before);
    latest = it;
    fresh.push(it);
  }
  entries.push(...fresh);
  const over = entries.length - ENTRIES_MAX;
  if (over > 0) {
    // A tenth at a time, because taking away from the front moves all others.
    const count = Math.min(entries.length, over + ENTRIES_MAX / 10);
    entries.splice(0, count);
    dropped += count;
  }
  update({ heard: store.heard + 1 });
  tellAll(over > 0 ? null : fresh, gone);
}

onChange(() => {
  takeOver();
  if (waiting.length > 0) update({});
});

let unnamed = 0;

function hear(block) {
  let data = '';
  let id = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('data: ')) data += line.slice(6);
    else if (line.startsWith('id: ')) id = line.slice(4);
  }
  if (id) {
    // The server, or the sandbox, is another one of the same name: its events begin anew.
    const [own, before] = [id, last].map(it => it.split('-')[1]);
    if (before && own !== before) waiting.push(entry({ kind: 'reset', message: 'another sandbox of this name began' }, `x${++unnamed}`));
    last = id;
  }
  if (!data) return;
  const news = JSON.parse(data);
  if (news.kind === 'deleted') return update({ connection: 'deleted' });
  waiting.push(entry(news, news.sequence ?? `x${++unnamed}`));
}

async function read() {
  const reader = (await stream(last, heard.signal)).getReader();
  update({ connection: 'live' });
  waitForQuiet();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop();
    blocks.forEach(hear);
    if (waiting.length > 0) update({});
    waitForQuiet();
  }
}

let heard = new AbortController();

// A browser has few connections for a server. A page that is hidden gives its own back, and goes on behind the last event when it is seen.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) heard.abort();
});

/** Waits until the page is seen. */
async function seen() {
  if (document.hidden) await new Promise(go => document.addEventListener('visibilitychange', go, { once: true }));
  heard = new AbortController();
}

/** Listens until the page is closed. A connection that ends is opened again, behind the last event. */
export async function listen() {
  for (;;) {
    await seen();
    try {
      await read();
    } catch {
      // The next attempt says whether the server is there again.
    }
    if (store.connection === 'deleted') return;
    if (heard.signal.aborted) continue;
    update({ connection: store.needsToken ? 'token' : 'lost' });
    await new Promise(go => setTimeout(go, RETRY_MS));
    while (store.needsToken) await new Promise(go => setTimeout(go, 200));
  }
}
