// What the traffic has shown: coverage of the contracts, assumptions that it leans on, and violations.
import { html, useState } from './preact.js';
import { get } from './api.js';
import { clockTime, full } from './format.js';
import { Empty, Tag } from './parts.js';
import { PROVIDERS, useRead } from './providers.js';
import { useStore } from './store.js';
import { Panel, Tabs } from './tabs.js';
import { go } from './hash.js';
import { entries } from './events.js';

const TABS = [['coverage', 'Coverage'], ['assumptions', 'Assumptions'], ['violations', 'Violations']];
const PARTS = ['operations', 'errors', 'statuses', 'transitions', 'events', 'retry_steps', 'timers', 'parameters', 'pages'];
const MISSING_MAX = 200;

export function Proof() {
  const { tab = 'coverage' } = useStore(it => it.hash);
  const Own = { assumptions: Assumptions, violations: Violations }[tab] || Coverage;
  return html`<div class="section"><${Tabs} tabs=${TABS} tab=${tab} label="Proof" /><${Panel} tab=${tab}><div class="scroll page"><${Own} /></div><//></div>`;
}

/** Read when it is opened, and again when one asks: it looks at all of the journal. */
function useProof(path) {
  const begun = useStore(it => it.begun);
  const [again, setAgain] = useState(0);
  const { value } = useRead(() => get(path), [path, begun, again]);
  const button = html`<button type="button" class="small" data-testid="proof-again" onClick=${() => setAgain(it => it + 1)}>Look again</button>`;
  return { value, button };
}

function Coverage() {
  const { value, button } = useProof('coverage');
  if (!value) return html`<p class="soft">Reading …</p>`;
  return html`<section data-testid="coverage"><header><h2>${value.percent} % of the contracts</h2>${button}</header><p class="soft">What the traffic of this sandbox has reached of what the providers document.</p>
    <div class="wide" tabindex="0" role="group" aria-label="Coverage of each provider"><table class="numbers"><thead><tr><th scope="col">Provider</th><th scope="col">All</th>${PARTS.map(it => html`<th scope="col" key=${it}>${it.replace('_', ' ')}</th>`)}</tr></thead>
      <tbody>${PROVIDERS.map(([slug, name]) => html`<tr key=${slug} data-testid=${`coverage-${slug}`}><th scope="row">${name}</th>
        <td><progress max="100" value=${value.providers[slug].percent} aria-label=${`${name}: ${value.providers[slug].percent} %`}></progress> ${value.providers[slug].percent} %</td>
        ${PARTS.map(it => html`<td key=${it}>${value.providers[slug][it].covered} / ${value.providers[slug][it].total}</td>`)}</tr>`)}</tbody></table></div>
    ${PROVIDERS.map(([slug, name]) => html`<details class="card" key=${slug}><summary>${name}: what is missing, and how to reach it</summary>
      ${PARTS.map(it => html`<${Missing} key=${it} name=${it} part=${value.providers[slug][it]} />`)}</details>`)}</section>`;
}

function Missing({ name, part }) {
  if (part.missing.length === 0) return null;
  return html`<h4>${name.replace('_', ' ')}: ${part.missing.length} of ${part.total}</h4><ul class="plain">
    ${part.missing.slice(0, MISSING_MAX).map(it => html`<li key=${it}><code>${it}</code> <span class="soft">${part.ways?.[it] || ''}</span></li>`)}
    ${part.missing.length > MISSING_MAX && html`<li class="soft">… and ${part.missing.length - MISSING_MAX} more</li>`}</ul>`;
}

function Assumptions() {
  const { value, button } = useProof('assumptions');
  if (!value) return html`<p class="soft">Reading …</p>`;
  if (value.assumptions.length === 0) return html`<${Empty} title="Nothing is assumed">The traffic has leaned on nothing that the documentation does not say.<//>`;
  return html`<section data-testid="assumptions"><header><h2>What the traffic leans on and no document confirms</h2>${button}</header><ul class="cards">
    ${value.assumptions.map(it => html`<li class="card" key=${it.row} data-testid="assumption"><p><${Tag} word=${it.evidence} /> <code>${it.row}</code> <span class="soft">${it.count} ×</span></p>
      ${it.decision && html`<p>${it.decision}</p>`}<p class="soft">${it.source}</p>
      <p class="soft">First at ${full(it.first.at)} ${it.first.request && html`<${ToRequest} id=${it.first.request} />`}</p></li>`)}</ul></section>`;
}

/** Leads to a request in the timeline, if it is still there. */
function ToRequest({ id }) {
  const entry = entries.find(it => it.id === id && it.kind === 'request');
  if (!entry) return html`<code>${id}</code>`;
  return html`<button type="button" class="link" onClick=${() => go({ section: 'timeline', open: String(entry.key) })}>${id}</button>`;
}

function Violations() {
  const { value, button } = useProof('violations?limit=1000');
  if (!value) return html`<p class="soft">Reading …</p>`;
  if (value.violations.length === 0) return html`<${Empty} title="No violations">Clients and receivers did what the documentation asks for, as far as this sandbox has seen.<//>`;
  return html`<section data-testid="violations"><header><h2>Where clients and receivers broke the contract</h2>${button}</header>
    <ul class="cards">${value.violations.map((it, index) => html`<li class="card" key=${index} data-testid="violation">
      <p><${Tag} word=${it.code} tone="warn" /> ${it.detail}</p>
      <p class="soft"><span class="when">${clockTime(it.at)}</span> ${it.operation || it.provider} ${it.request ? html`<${ToRequest} id=${it.request} />` : it.delivery}</p><p class="soft">${it.source}</p></li>`)}</ul></section>`;
}
