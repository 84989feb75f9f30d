// Letting time pass, and setting how the clock runs: one at a time, whichever button or key asked for it.
import { send } from './api.js';
import { lookSoon, setClock } from './now.js';
import { store, update } from './store.js';

const SAID_MS = 8_000;
let timer;

/** Says why the clock did not do as asked, for a while. */
export function sayOfClock(words) {
  clearTimeout(timer);
  update({ walkSaid: words });
  timer = setTimeout(() => update({ walkSaid: '' }), SAID_MS);
}

let current = null;
let behind = null;

/** Does one thing at a time. Of what is asked meanwhile one waits, unless the same is under way: a double press is one wish. */
async function alone(name, work) {
  if (current) {
    if (name !== current) behind = [name, work];
    return;
  }
  current = name;
  sayOfClock('');
  update({ walking: true });
  try {
    await work();
  } catch (why) {
    sayOfClock(why.message);
  }
  current = null;
  update({ walking: false });
  const next = behind;
  behind = null;
  if (next) await alone(...next);
}

/** Lets time pass, and shows what has happened. */
export function walk(body) {
  return alone(JSON.stringify(body), async () => {
    const report = await send('POST', 'clock/advance', body);
    update({ report: { ...report, asked: body } });
    lookSoon();
  });
}

const SIZES = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The moment that is so much later: `1d`, of whole seconds. */
function later(at, span) {
  const end = Date.parse(at) + Number.parseInt(span, 10) * SIZES[span.at(-1)];
  return new Date(end).toISOString().slice(0, 19) + at.slice(19);
}

/** What is left of a walk that was cut short. */
export function goOn({ asked, from }) {
  return walk(asked.by ? { to: later(from, asked.by) } : asked);
}

/** `freeze`, `resume` or `scale`. */
export function setMode(word, body = {}) {
  return alone(`${word} ${JSON.stringify(body)}`, async () => setClock(await send('POST', `clock/${word}`, body)));
}

let toggles = 0;

/** Freezes a clock that runs, and lets one run that stands. */
export function toggle() {
  toggles += 1;
  return alone(`toggle ${toggles}`, async () => setClock(await send('POST', store.clock?.mode === 'frozen' ? 'clock/resume' : 'clock/freeze', {})));
}
