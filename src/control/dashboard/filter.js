// Which entries of the timeline one sees.
import { entries } from './events.js';

/** Kinds of entries under a common word. */
export const GROUPS = [
  ['requests', 'Requests', ['request', 'answer']],
  ['changes', 'Changes', ['change']],
  ['timers', 'Timers', ['timer', 'block', 'delivery']],
  ['webhooks', 'Webhooks', ['attempt', 'webhook']],
  ['rules', 'Rules', []],
  ['clock', 'Clock', ['clock']],
  ['notes', 'Notes', ['note', 'lagged', 'reset', 'stopped']],
];

/** The filter that an address holds. */
export function filterOf({ provider = '', kinds = '', subject = '', text = '' }) {
  return { provider, kinds, subject, text };
}

function test({ provider, kinds, subject, text }) {
  const groups = GROUPS.filter(it => kinds.split(',').includes(it[0]));
  const wanted = new Set(groups.flatMap(it => it[2]));
  const withRule = groups.some(it => it[0] === 'rules');
  const words = text.toLowerCase().split(' ').filter(Boolean);
  return it =>
    !it.isTold &&
    (!provider || it.provider === provider) &&
    (groups.length === 0 || wanted.has(it.kind) || (withRule && Boolean(it.rule))) &&
    (!subject || it.subject === subject) &&
    words.every(word => it.text.includes(word));
}

/** The entries that fit, oldest first. What is new is looked at alone. */
export class Seen {
  constructor(filter) {
    this.fits = test(filter);
    this.all();
  }

  all() {
    this.rows = entries.filter(this.fits);
  }

  /** Adds what is new, and takes away what a later entry tells. */
  add(fresh, gone) {
    if (fresh === null) {
      this.all();
      return;
    }
    for (const it of gone) {
      const place = this.rows.lastIndexOf(it);
      if (place >= 0) this.rows.splice(place, 1);
    }
    for (const it of fresh) if (this.fits(it)) this.rows.push(it);
  }
}
