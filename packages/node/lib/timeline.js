'use strict';
// What has happened in a sandbox, as text.

const UNTOLD = ['delivery', 'attempt', 'answer'];
/** Lines at the end of a message. */
const LINES_MAX = 100;

/** The events of a sandbox, from the oldest that its log keeps to the present. `path` is the sandbox's place in the control API. */
async function readEvents(control, path) {
  // A stream that begins now tells the number of the latest event; the other one is read up to that number.
  const last = await latest(control, path);
  const events = [];
  if (last === 0) return events;
  let text = '';
  for await (const chunk of control.stream(`${path}events?since=0`)) {
    const parts = (text + chunk).split('\n\n');
    text = parts.pop();
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1];
      const event = data && JSON.parse(data);
      if (event?.sequence) events.push(event);
      if (event?.sequence >= last || event?.kind === 'deleted') return events;
    }
  }
  return events;
}

async function latest(control, path) {
  let text = '';
  for await (const chunk of control.stream(`${path}events`)) {
    text += chunk;
    const id = /^id: (\d+)/m.exec(text)?.[1];
    if (id) return Number(id);
  }
  return 0;
}

/**
 * One line an event. Left out are blocks that only count confirmations, deliveries and attempts, whose outcome follows, and steps of
 * the clock behind which nothing happened.
 */
function render(events) {
  const told = events.filter((it) => !UNTOLD.includes(it.kind) && !(it.kind === 'block' && !/ to /.test(it.detail)));
  const shown = told.filter((it, at) => it.kind !== 'clock' || told[at + 1]?.kind !== 'clock');
  const lines = shown.map((it) => `  ${(it.at ?? '').padEnd(20)}  ${it.kind.padEnd(7)}  ${sentence(it)}`);
  const left = lines.length - LINES_MAX;
  return left > 0 ? [`  (${left} earlier events are left out)`, ...lines.slice(-LINES_MAX)].join('\n') : lines.join('\n');
}

function sentence(event) {
  const { kind, operation, subject, status, detail, message } = event;
  const rule = event.rule ? ` (rule ${event.rule})` : '';
  if (kind === 'request') return words(operation ?? message, subject, status) + rule;
  if (kind === 'change') return `${words(event.provider, subject)}: ${event.from} to ${event.to} (${event.cause})`;
  if (kind === 'webhook') return `${words(event.provider, event.event, subject)}, attempt ${event.attempt}: ${outcome(event)}${rule}`;
  return words(event.provider, subject, detail ?? message) + rule;
}

function outcome({ status, error, hint }) {
  return `${status ?? error ?? 'without an answer'}${hint ? `; ${hint}` : ''}`;
}

function words(...parts) {
  return parts.filter((it) => it !== undefined && it !== null && it !== '').join(' ');
}

module.exports = { readEvents, render };
