// An entry in one line: what happened, and the words beside it.
import { clockTime } from './format.js';
import { toneOf } from './parts.js';
import { span } from './snippets.js';

function request(it) {
  const name = it.operation ? it.operation.split('.').slice(1).join('.') : it.message;
  const note = [it.provider, it.subject && `made or changed ${it.subject}`, it.error, it.detail].filter(Boolean).join(' · ');
  return { glyph: '→', tone: toneOf(it.status), title: name, note, tag: it.status ? { word: String(it.status), tone: toneOf(it.status) } : { word: 'waits', tone: 'warn' } };
}

function change(it) {
  return { glyph: '◆', tone: 'info', title: it.subject, note: `${it.from} → ${it.to} · ${it.cause} · ${it.provider}`, tag: { word: it.to } };
}

function attempt(it) {
  return { glyph: '↗', tone: 'soft', title: it.subject, note: `${it.event} · attempt ${it.attempt} leaves · ${it.id}` };
}

function webhook(it) {
  const answer = it.status ? String(it.status) : it.error;
  const again = it.next_attempt_at ? ' · will be tried again' : '';
  const note = `${it.event} · attempt ${it.attempt} answered${again} · ${it.id}`;
  return { glyph: '↙', tone: toneOf(it.status), title: it.subject, note, tag: { word: answer, tone: toneOf(it.status) } };
}

function clock(it) {
  const from = it.message.match(/moved here from (\S+)$/)?.[1];
  return { glyph: '»', tone: 'sandbox', title: 'Clock', note: from ? `moved on by ${span(from, it.at)}, from ${clockTime(from)}` : it.message };
}

function due(it, glyph) {
  return { glyph, tone: 'soft', title: it.subject || it.kind, note: [it.detail, it.provider].filter(Boolean).join(' · ') };
}

const LINES = {
  request,
  answer: it => ({ ...request(it), glyph: '←' }),
  change,
  attempt,
  webhook,
  timer: it => due(it, '◷'),
  block: it => due(it, '▣'),
  delivery: it => due(it, '◷'),
  clock,
};

export function line(it) {
  const own = LINES[it.kind];
  return own ? own(it) : { glyph: '!', tone: 'warn', title: TITLES[it.kind] || it.kind, note: it.message };
}

/** The heading of an entry. */
export const TITLES = {
  request: 'Request', answer: 'Late answer', change: 'Change of status', attempt: 'Attempt leaves', webhook: 'Webhook attempt',
  timer: 'Timer', block: 'Block', delivery: 'Delivery is due', clock: 'Clock', note: 'Note', lagged: 'Entries are missing', reset: 'The sandbox began anew',
};
