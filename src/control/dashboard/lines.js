// An entry in one line: what happened, and the words beside it.
import { toneOf } from './parts.js';

function request(it) {
  const name = it.operation ? it.operation.split('.').slice(1).join('.') : it.message;
  const note = [it.provider, it.subject && `made or changed ${it.subject}`, it.error, it.detail].filter(Boolean).join(' · ');
  return { glyph: '→', tone: toneOf(it.status), title: name, note, tag: it.status ? { word: String(it.status), tone: toneOf(it.status) } : { word: 'waits', tone: 'warn' } };
}

function change(it) {
  return { glyph: '◆', tone: 'info', title: it.subject, note: `${it.from} → ${it.to} · ${it.cause} · ${it.provider}`, tag: { word: it.to } };
}

function attempt(it) {
  return { glyph: '↗', tone: 'soft', title: it.event, note: `attempt ${it.attempt} leaves for ${it.subject} · ${it.id}` };
}

function webhook(it) {
  const answer = it.status ? String(it.status) : it.error;
  const again = it.next_attempt_at ? ' · tried again' : '';
  const note = `attempt ${it.attempt} for ${it.subject} · ${it.id}${again}`;
  return { glyph: '↙', tone: toneOf(it.status), title: it.event, note, tag: { word: answer, tone: toneOf(it.status) } };
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
  clock: it => ({ glyph: '»', tone: 'sandbox', title: 'Clock', note: it.message }),
};

export function line(it) {
  const own = LINES[it.kind];
  return own ? own(it) : { glyph: '!', tone: 'warn', title: it.kind === 'note' ? 'Note' : it.kind, note: it.message };
}

/** The heading of an entry. */
export const TITLES = {
  request: 'Request', answer: 'Late answer', change: 'Change of status', attempt: 'Attempt leaves', webhook: 'Webhook attempt',
  timer: 'Timer', block: 'Block', delivery: 'Delivery is due', clock: 'Clock', note: 'Note', lagged: 'Entries are missing', reset: 'The sandbox began anew',
};
