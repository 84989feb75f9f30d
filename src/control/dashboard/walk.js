// Letting time pass, and setting how the clock runs: one at a time, whichever button or key asked for it.
import { send } from './api.js';
import { lookSoon, setClock } from './now.js';
import { store, update } from './store.js';

async function alone(work) {
  if (store.walking) return;
  update({ walking: true, walkSaid: '' });
  try {
    await work();
  } catch (why) {
    update({ walkSaid: why.message });
  } finally {
    update({ walking: false });
  }
}

/** Lets time pass, and shows what has happened. */
export function walk(body) {
  return alone(async () => {
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
  return alone(async () => setClock(await send('POST', `clock/${word}`, body)));
}
