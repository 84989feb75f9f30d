// Sandboxes: which one this is, and making, copying, resetting, deleting, saving and restoring them.
import { html, useRef, useState } from './preact.js';
import { base, baseOf, get, getText, send } from './api.js';
import { Facts } from './details.js';
import { count, full } from './format.js';
import { Input, Said, Tag, useAction } from './parts.js';
import { useRead } from './providers.js';
import { decoded } from './snippets.js';
import { store, update, useStore } from './store.js';

/** The sandbox whose dashboard this is. */
export function own() {
  return decoded(base.pathname.match(/\/s\/([^/]+)\/__admin\/$/)?.[1] || 'default');
}

export function goTo(name) {
  location.assign(baseOf(name) + location.hash.split('?')[0]);
}

/** Every list of sandboxes is read again. */
function readAgain() {
  update({ sandboxes: store.sandboxes + 1 });
}

export function useSandboxes(words) {
  const again = `${words} ${useStore(it => it.sandboxes)}`;
  const token = useStore(it => it.tokenSet);
  const { value, why } = useRead(() => get('sandboxes'), [again, token]);
  return { list: value?.sandboxes || [], why };
}

export function Switcher() {
  const begun = useStore(it => it.begun);
  const section = useStore(it => it.hash.section);
  const { list } = useSandboxes(`${begun} ${section}`);
  const names = [...new Set([own(), ...list.map(it => it.name)])];
  return html`<label class="switcher"><span class="hidden">Sandbox</span>
    <select data-testid="sandbox-switcher" value=${own()} onFocus=${readAgain} onChange=${it => goTo(it.target.value)}>
      ${names.map(it => html`<option key=${it} value=${it} selected=${it === own()}>${it}</option>`)}</select></label>`;
}

/** What stands in place of a section when the sandbox was deleted. */
export function Gone() {
  return html`<div class="scroll page"><div class="empty" data-testid="gone"><h2>This sandbox was deleted</h2>
    <p>The sandbox <code>${own()}</code> does not exist any more. What it held is gone.</p>
    <p class="buttons"><button type="button" class="main" data-testid="gone-default" onClick=${() => goTo('default')}>Go to the sandbox default</button></p></div></div>`;
}

export function Sandboxes() {
  const { list, why } = useSandboxes('');
  const changed = readAgain;
  return html`<div class="scroll page two" data-testid="sandboxes"><section aria-label="Sandboxes"><h2>${count(list.length, 'sandbox', 'sandboxes')}</h2>
      ${why && html`<p class="bad">${why.message}</p>`}
      ${list.map(it => html`<${One} key=${it.name} it=${it} onChanged=${changed} />`)}</section>
    <div><${Make} onMade=${changed} /><${Fork} onMade=${changed} /><${Reset} /><${State} /></div></div>`;
}

function One({ it, onChanged }) {
  const [sure, setSure] = useState(false);
  const [said, run] = useAction();
  const isOwn = it.name === own();
  const remove = () => {
    if (!sure) return setSure(true);
    return run(() => send('DELETE', `sandboxes/${it.name}`), 'Deleted.').then(() => (isOwn ? goTo('default') : onChanged()));
  };
  return html`<article class="card" data-testid="sandbox" data-name=${it.name}><header><h3>${it.name} ${isOwn && html`<${Tag} word="this one" tone="info" />`}</h3>
      <span class="buttons">${!isOwn && html`<button type="button" data-testid="sandbox-open" onClick=${() => goTo(it.name)}>Open</button>`}
      ${it.name !== 'default' && html`<button type="button" class=${sure ? 'danger' : ''} data-testid="sandbox-delete" disabled=${said.busy} onClick=${remove}>${sure ? 'Yes, delete it' : 'Delete'}</button>`}</span></header>
    <${Facts} rows=${[['Clock', `${it.clock.mode}, ${full(it.clock.now)}`], ['Holds', `${count(it.objects, 'object')}, ${count(it.deliveries, 'webhook')}, ${count(it.requests, 'request')}`], ['Seed', String(it.seed)], ['Expires', it.expires_at && full(it.expires_at)]]} />
    <${Said} words=${said.words} bad=${said.bad} /></article>`;
}

/** Says of a sandbox that was made how one gets there. */
function There({ name }) {
  return name && html`<p><button type="button" class="small" data-testid="made-open" onClick=${() => goTo(name)}>Open \`${name}\`</button></p>`;
}

function made(read, setThere, onMade) {
  setThere(read?.name ?? '');
  onMade();
}

/** The rarer wishes for a new sandbox: what is empty is not asked for. */
function Wishes({ rows, values, onChange }) {
  return html`<details><summary data-testid="more">More</summary><div class="row-form">${rows.map(([name, label, placeholder]) =>
    html`<${Input} key=${name} label=${label} testid=${`wish-${name}`} value=${values[name] ?? ''} placeholder=${placeholder} onInput=${it => onChange({ ...values, [name]: it })} />`)}</div></details>`;
}

const filled = values => Object.fromEntries(Object.entries(values).map(([name, it]) => [name, it.trim()]).filter(it => it[1] !== ''));
const WISHES = [['seed', 'Seed', '7'], ['now', 'First moment', '2026-01-01T00:00:00Z'], ['ttl', 'Deleted when unused for', 'PT30M'], ['webhook_url', 'Webhooks go to', 'http://127.0.0.1:9000/{provider}']];
const OF_COPY = [['webhook_url', 'Webhooks go to, instead of an inbox', 'http://127.0.0.1:9000/{provider}']];

/** What is asked for. A seed that is no number goes as it was written, so that the server says what is wrong. */
function wish(name, mode, values) {
  const { seed, now, ...rest } = filled(values);
  return { name, ...(seed && { seed: Number.isSafeInteger(Number(seed)) ? Number(seed) : seed }), clock: { mode, ...(now && { now }) }, ...rest };
}

function Make({ onMade }) {
  const [there, setThere] = useState('');
  const [name, setName] = useState('');
  const [mode, setMode] = useState('frozen');
  const [values, setValues] = useState({});
  const [said, run] = useAction();
  const make = event => {
    event.preventDefault();
    run(() => send('POST', 'sandboxes', wish(name, mode, values)), read => `\`${read.name}\` is there.`).then(read => made(read, setThere, onMade));
  };
  return html`<form class="card" onSubmit=${make}><h2>A new one</h2><div class="row-form">
    <${Input} label="Name" testid="sandbox-name" value=${name} placeholder="checkout-7" onInput=${setName} />
    <label class="field"><span>Clock</span><select data-testid="sandbox-clock" value=${mode} onChange=${it => setMode(it.target.value)}>${['frozen', 'real'].map(it => html`<option key=${it} value=${it} selected=${it === mode}>${it}</option>`)}</select></label>
    <button type="submit" data-testid="sandbox-create" disabled=${said.busy || !name}>Create</button></div><${Wishes} rows=${WISHES} values=${values} onChange=${setValues} /><${Said} words=${said.words} bad=${said.bad} testid="sandbox-said" /><${There} name=${there} /></form>`;
}

function Fork({ onMade }) {
  const [there, setThere] = useState('');
  const [name, setName] = useState('');
  const [values, setValues] = useState({});
  const [said, run] = useAction();
  const fork = event => {
    event.preventDefault();
    run(() => send('POST', 'fork', { name, ...filled(values) }), read => `\`${read.name}\` is a copy of this instant.`).then(read => made(read, setThere, onMade));
  };
  return html`<form class="card" onSubmit=${fork}><h2>A copy of this one</h2><div class="row-form">
    <${Input} label="Name" testid="fork-name" value=${name} placeholder="checkout-8" onInput=${setName} />
    <button type="submit" data-testid="fork" disabled=${said.busy || !name}>Fork</button></div><${Wishes} rows=${OF_COPY} values=${values} onChange=${setValues} /><${Said} words=${said.words} bad=${said.bad} testid="fork-said" /><${There} name=${there} /></form>`;
}

function Reset() {
  const [sure, setSure] = useState(false);
  const [said, run] = useAction();
  const reset = () => {
    if (!sure) return setSure(true);
    setSure(false);
    return run(() => send('POST', 'reset', {}), 'It began anew.');
  };
  return html`<div class="card"><h2>Back to the start</h2><p class="soft">Objects, journal and clock of this sandbox begin anew.</p>
    <p class="buttons"><button type="button" class=${sure ? 'danger' : ''} data-testid="reset" disabled=${said.busy} onClick=${reset}>${sure ? 'Yes, reset it' : 'Reset'}</button></p><${Said} words=${said.words} bad=${said.bad} testid="reset-said" /></div>`;
}

/** Saves the state as a file of the browser, and restores it from one. */
function State() {
  const [said, run] = useAction();
  const file = useRef(null);
  const save = () => run(async () => {
    // As it came: read and written again, long numbers would have other digits.
    const text = await getText('state');
    const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(new Blob([text], { type: 'application/json' })), download: `${own()}.json` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }, 'Saved. The file can hold secrets that came from outside.');
  const restore = () => run(async () => {
    const [own] = file.current.files;
    if (!own) return undefined;
    try {
      return await send('PUT', 'state', own, { shown: '@state.json' });
    } finally {
      // So that the same file can be chosen again.
      file.current.value = '';
    }
  }, 'Restored.');
  return html`<div class="card"><h2>State as a file</h2><p class="buttons"><button type="button" data-testid="state-save" disabled=${said.busy} onClick=${save}>Save</button></p>
    <label class="field"><span>Restore from a file</span><input type="file" accept="application/json" data-testid="state-restore" ref=${file} onChange=${restore} /></label>
    <${Said} words=${said.words} bad=${said.bad} testid="state-said" /></div>`;
}
