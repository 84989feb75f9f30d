// The lifecycle of an object as a drawing, with the status in which it is.
import { html, useEffect, useMemo, useRef } from './preact.js';
import { BOX, drawn } from './layout.js';

/** A cause as the timeline names it. */
export function cause(on) {
  const [kind, word] = Object.entries(on)[0];
  if (kind === 'after') return `${on.pace ? 'pace' : 'after'} ${words(word)}`;
  if (kind === 'deadline') return `at ${word}`;
  if (kind === 'delivered') return `${word} accepted`;
  if (kind === 'block') return `block: ${word}`;
  return `${kind} ${word}`;
}

/** `PT2M24S` as `2m 24s`. */
function words(text) {
  return text.replace(/^P/, '').replace('T', '').toLowerCase().replace(/([a-z])(?=\d)/g, '$1 ') || '0s';
}

/** The status table and the row of a change in the timeline. */
export function stepOf(contract, it) {
  const has = (table, name) => name === 'new' || table.statuses.some(own => own.name === name);
  const tables = contract.lifecycles.filter(own => has(own, it.from) && has(own, it.to));
  for (const table of tables) {
    const row = table.transitions.find(own => own.to === it.to && cause(own.on) === it.cause && (it.from === 'new' ? own.from.length === 0 : own.from.includes(it.from)));
    if (row) return [table, row];
  }
  return [tables[0], undefined];
}

/** The causes of a line: what fired first, if it is known. */
function causes(it, step) {
  const rows = [...it.steps].sort((a, b) => (b === step) - (a === step));
  return rows.map(row => cause(row.on));
}

function Edge({ it, lit, step }) {
  const own = causes(it, step);
  const label = own[0].replace(/^(act|call|block:) ?/, '');
  const most = own.length > 1 ? 13 : 16;
  const short = label.length > most ? `${label.slice(0, most - 1)}…` : label;
  return html`<g class="edge ${lit ? 'lit' : ''}"><title>${`${it.from} to ${it.to}: ${own.join('; ')}`}</title>
    <path d=${it.d} marker-end=${`url(#tip${lit ? '-lit' : ''})`} />
    <text x=${it.at.x} y=${it.at.y} text-anchor="middle">${short}${own.length > 1 ? ` +${own.length - 1}` : ''}</text></g>`;
}

/** In words what the lines that are lit mean. */
function Causes({ lines, step }) {
  return html`<ul class="causes soft" data-testid="causes">${lines.map(it => html`<li key=${`${it.from} ${it.to}`}>${it.from} → ${it.to}: ${step && it.steps.includes(step) ? cause(step.on) : causes(it).join(', ')}</li>`)}</ul>`;
}

export function Lifecycle({ table, status, from, step }) {
  const { boxes, lines, width, height } = useMemo(() => drawn(table), [table]);
  const frame = useRef(null);
  useEffect(() => {
    const own = boxes.find(it => it.name === status);
    const view = frame.current;
    if (own) view.scrollTo({ left: own.x + BOX.width / 2 - view.clientWidth / 2, top: own.y - view.clientHeight / 2 });
  }, [table, status]);
  const next = it => (from ? it.from === from && it.to === status : it.from === status);
  const sorted = [...lines].sort((a, b) => next(a) - next(b));
  return html`<div class="lifecycle" ref=${frame} tabindex="0" role="group" aria-label=${`Lifecycle of ${table.object}`} data-testid="lifecycle" data-status=${status}>
    <svg role="img" aria-label=${`${table.object}: ${status ? `it is ${status}` : 'all statuses'}`} width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`}>
      <defs>${['', '-lit'].map(it => html`<marker key=${it} id=${`tip${it}`} class=${`tip${it}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z" /></marker>`)}</defs>
      ${sorted.map(it => html`<${Edge} key=${`${it.from} ${it.to}`} it=${it} lit=${next(it)} step=${step} />`)}
      ${boxes.map(it => html`<g key=${it.name} class="status ${it.final ? 'final' : ''} ${it.name === status ? 'current' : ''}" data-testid=${`status-${it.name}`}>
        <rect x=${it.x} y=${it.y} width=${BOX.width} height=${BOX.height} rx="8" />
        <text x=${it.x + BOX.width / 2} y=${it.y + BOX.height / 2 + 4} text-anchor="middle">${it.name}</text></g>`)}
    </svg></div><${Causes} lines=${lines.filter(next)} step=${step} />`;
}
