// What differs between two requests of the same operation, place by place: why did this one fail, and that one not?
import { html, useState } from './preact.js';
import { get } from './api.js';
import { entries } from './events.js';
import { Part } from './exchange.js';
import { clockTime } from './format.js';
import { Exact, readExactly } from './json.js';
import { Select } from './parts.js';
import { useRead } from './providers.js';
import { useStore } from './store.js';

/** Requests that are offered: the nearest ones before and behind. */
const OFFERED_MAX = 50;
const ROWS_MAX = 200;

/** A request of the journal, whole; `null` when the journal does not hold it. */
export async function readRequest(id) {
  const before = Number(id.slice(4)) - 1;
  const { requests } = await get(`requests?since=req-${before}&limit=1`);
  return requests.find(it => it.id === id) || null;
}

function body({ body: text, encoding, headers }) {
  if (!text || encoding) return text || undefined;
  try {
    return readExactly(text);
  } catch {
    return String(headers?.['content-type'] ?? '').includes('form-urlencoded') ? Object.fromEntries(new URLSearchParams(text)) : text;
  }
}

function message(it) {
  return it && { ...it, body: body(it) };
}

/** The place of each value, with the value as JSON. */
function places(value, place, into) {
  if (value === undefined) return into;
  const isWhole = value === null || typeof value !== 'object' || value instanceof Exact || Object.keys(value).length === 0;
  if (isWhole) return into.set(place, typeof value === 'string' ? value : JSON.stringify(value));
  for (const [name, it] of Object.entries(value)) places(it, place ? `${place}.${name}` : name, into);
  return into;
}

function read({ request, response, error }) {
  const { path, ...rest } = message(request);
  const [way, query] = path.split('?');
  const asked = { ...rest, path: way, query: Object.fromEntries(new URLSearchParams(query ?? '')) };
  return places({ request: asked, response: message(response), error: error ?? undefined }, '', new Map());
}

/** The places at which two exchanges differ, in the order in which they stand: `[place, one, other]`. */
export function differences(one, other) {
  const [before, after] = [read(one), read(other)];
  const all = [...new Set([...before.keys(), ...after.keys()])];
  return all.filter(it => before.get(it) !== after.get(it)).map(it => [it, before.get(it), after.get(it)]);
}

/** Requests of the same operation, or to the same path where it belongs to none: the one before it first. */
function alike({ id, operation, request }) {
  const isAlike = it => it.kind === 'request' && it.id !== id && (operation ? it.operation === operation : !it.operation && it.message.includes(request.path.split('?')[0]));
  const number = it => Number(it.id.slice(4));
  const all = entries.filter(isAlike);
  const earlier = all.filter(it => number(it) < number({ id })).reverse();
  const later = all.filter(it => number(it) > number({ id }));
  return [...earlier, ...later].slice(0, OFFERED_MAX);
}

export function Comparison({ entry }) {
  useStore(it => it.heard);
  const offered = alike(entry);
  const [chosen, choose] = useState('');
  if (offered.length === 0) return null;
  const id = chosen || offered[0].id;
  return html`<${Part} title="Compared with another request" testid="comparison">
    <${Select} label="With" testid="compare-with" value=${id} onChange=${choose}
      options=${offered.map(it => [it.id, `${it.id}, ${clockTime(it.at)}, ${it.status ?? 'waits'}`])} />
    <${Differences} entry=${entry} id=${id} /><//>`;
}

function Differences({ entry, id }) {
  const { value: other, why } = useRead(() => readRequest(id), [id]);
  if (why) return html`<p class="bad">${why.message}</p>`;
  if (other === undefined) return html`<p class="soft">Reading …</p>`;
  if (other === null) return html`<p class="soft">The journal does not hold ${id} any more.</p>`;
  const rows = differences(other, entry);
  if (rows.length === 0) return html`<p data-testid="differences">Both are the same, to the last header.</p>`;
  return html`<table class="differences" data-testid="differences"><thead><tr><th scope="col">Where</th><th scope="col">${id}</th><th scope="col">This one</th></tr></thead>
    <tbody>${rows.slice(0, ROWS_MAX).map(([place, before, after]) => html`<tr key=${place} data-testid="difference"><th scope="row"><${Place} name=${place} /></th>
      <${Side} text=${before} mark="gone" /><${Side} text=${after} mark="new" /></tr>`)}</tbody></table>
    ${rows.length > ROWS_MAX && html`<p class="soft">… and at ${rows.length - ROWS_MAX} more places.</p>`}`;
}

/** The name of a place. A line may end behind each of its dots. */
function Place({ name }) {
  return name.split('.').map((it, index) => (index === 0 ? it : html`.<wbr />${it}`));
}

function Side({ text, mark }) {
  return html`<td class=${text === undefined ? 'none' : mark}>${text === undefined ? 'not there' : text === '' ? 'empty' : text}</td>`;
}
