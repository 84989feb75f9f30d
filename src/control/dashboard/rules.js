// Rules make a provider differ from its documentation. The editor asks the server about each draft while one types.
import { html, useEffect, useRef, useState } from './preact.js';
import { ask, get, send } from './api.js';
import { Details, Facts } from './details.js';
import { full } from './format.js';
import { go } from './hash.js';
import { Code, Empty, Said, Tag, useAction } from './parts.js';
import { useRead } from './providers.js';
import { ScenarioEditor } from './scenario.js';
import { update, store, useStore } from './store.js';
import { Panel, Tabs } from './tabs.js';

const TABS = [['rules', 'Rules'], ['scenario', 'Scenario']];
const PAUSE_MS = 250;
const FIRST = `name: the first two creates hit the usage limit
on: quoine.createInvoice
when: { times: 2 }
then: { error: usage_limit }
`;

function own({ name, added_at, ends_at, fitted, fired, ...rest }) {
  return rest;
}

export function Rules() {
  const { tab = 'rules' } = useStore(it => it.hash);
  return html`<div class="section"><${Tabs} tabs=${TABS} tab=${tab} label="Scenario and rules" />
    <${Panel} tab=${tab}>${tab === 'scenario' ? html`<${ScenarioEditor} />` : html`<${RuleList} />`}<//></div>`;
}

function RuleList() {
  const heard = useStore(it => it.pending);
  const [again, setAgain] = useState(0);
  const { value } = useRead(() => get('rules'), [heard, again]);
  const [said, run] = useAction();
  const rules = value?.rules || [];
  const changed = () => setAgain(it => it + 1);
  const remove = name => run(() => send('DELETE', `rules/${encodeURIComponent(name)}`), `The rule \`${name}\` is gone.`).then(changed);
  const clear = () => run(() => send('DELETE', 'rules'), 'All rules are gone.').then(changed);
  return html`<div class="scroll page two"><section aria-label="Rules" data-testid="rules"><h2>Rules, in the order in which they are asked</h2>
      ${value && rules.length === 0 && html`<${Empty} title="No rules">Every provider does what its documentation says. Add a rule beside this, or open a request in the timeline and make a rule of it.<//>`}
      ${rules.map(it => html`<article class="card" key=${it.name} data-testid="rule" data-name=${it.name}>
        <header><h3>${it.name}</h3><button type="button" data-testid="rule-remove" aria-label=${`Remove the rule ${it.name}`} disabled=${said.busy} onClick=${() => remove(it.name)}>Remove</button></header>
        <${Facts} rows=${[['On', it.on && html`<code>${it.on}</code>`], ['Matched', html`<span data-testid="rule-fitted">${it.fitted}</span>`], ['Fired', html`<span data-testid="rule-fired">${it.fired}</span>`], ['Ends', it.ends_at && full(it.ends_at)]]} />
        <${Code} text=${JSON.stringify(own(it), null, 2)} testid="rule-text" /></article>`)}
      ${rules.length > 1 && html`<p><button type="button" data-testid="rules-clear" disabled=${said.busy} onClick=${clear}>Remove all</button></p>`}
      <${Said} words=${said.words} bad=${said.bad} />
    </section><${Editor} onAdded=${changed} /></div>`;
}

/** What the server says about a text, a moment after one has stopped typing. */
export function useCheck(text, path) {
  const [verdict, set] = useState({ state: 'empty', problems: [], warnings: [] });
  const latest = useRef(text);
  latest.current = text;
  const look = async () => {
    try {
      const read = await ask(path, text);
      if (latest.current === text) set({ state: 'valid', problems: [], warnings: read.warnings || [] });
    } catch (why) {
      if (latest.current !== text) return;
      const problems = why.problem?.mistakes || [{ message: why.message }];
      set({ state: 'invalid', problems, warnings: [] });
    }
  };
  useEffect(() => {
    if (text.trim() === '') {
      set({ state: 'empty', problems: [], warnings: [] });
      return undefined;
    }
    const timer = setTimeout(look, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return verdict;
}

function Editor({ onAdded }) {
  const [text, setText] = useState(store.draft ?? store.texts.rule ?? FIRST);
  const box = useRef(null);
  useEffect(() => {
    if (store.draft !== null) box.current.focus();
    store.draft = null;
  }, []);
  // It is there again when one comes back from another section.
  useEffect(() => { store.texts.rule = text; }, [text]);
  const verdict = useCheck(text, 'rules/check');
  const [said, run] = useAction();
  const add = event => {
    event.preventDefault();
    run(() => send('POST', 'rules', text), read => `The rule \`${read.name}\` is in force.`).then(onAdded);
  };
  return html`<form class="editor card" onSubmit=${add} data-testid="rule-editor"><h2>A rule</h2>
    <label class="hidden" for="rule-source">A rule as YAML or JSON</label>
    <textarea id="rule-source" ref=${box} data-testid="rule-source" spellcheck="false" rows="12" value=${text} aria-describedby="rule-verdict"
      onInput=${it => setText(it.target.value)}></textarea>
    <${Problems} verdict=${verdict} text=${text} box=${box} id="rule-verdict" />
    <p class="buttons"><button type="submit" class="main" data-testid="rule-add" disabled=${said.busy || verdict.state !== 'valid'}>Add the rule</button></p>
    <${Said} words=${said.words} bad=${said.bad} testid="rule-said" /></form>`;
}

/** Sets the cursor of an editor to where a mistake is. */
function jump(box, text, { line, column }) {
  const before = text.split('\n').slice(0, line - 1).reduce((sum, it) => sum + it.length + 1, 0);
  const place = before + column - 1;
  box.focus();
  box.setSelectionRange(place, place + 1);
}

export function Problems({ verdict, text, box, id }) {
  return html`<div class="verdict" id=${id} aria-live="polite" data-testid="rule-problems" data-state=${verdict.state}>
    ${verdict.state === 'valid' && html`<p class="good">✓ It can be used as it is.</p>`}
    ${verdict.state === 'empty' && html`<p class="soft">Write it as YAML or JSON.</p>`}
    <ul class="plain">${[...verdict.problems, ...verdict.warnings].map((it, index) => html`<li key=${index} data-testid="problem">
      ${it.line && html`<button type="button" class="link" onClick=${() => jump(box.current, text, it)}>line ${it.line}, column ${it.column}</button>`}
      <span class=${it.level === 'warning' ? 'warn' : 'bad'}> ${it.message}</span>${it.help && html` <span class="soft">${it.help}</span>`}</li>`)}</ul></div>`;
}
