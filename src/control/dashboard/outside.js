// What the outside world can do, whatever the object: a customer, a bank, a blockchain.
import { html, useState } from './preact.js';
import { send } from './api.js';
import { allActions } from './next.js';
import { Code, Input, Said, Select, useAction } from './parts.js';
import { PROVIDERS, useRead } from './providers.js';
import { go } from './hash.js';
import { useStore } from './store.js';
import { yaml } from './format.js';

/** A text as the value that an action takes: a number where it is one and the text would be the same. */
function value(text) {
  return /^-?\d+(\.\d+)?$/.test(text) && String(Number(text)) === text ? Number(text) : text;
}

export function Outside() {
  const { provider = 'qbitpay' } = useStore(it => it.hash);
  const { value: rows } = useRead(allActions, []);
  const own = (rows || []).filter(it => it.provider === provider);
  return html`<div class="scroll page" data-testid="outside"><header><h2>The world outside</h2>
      <${Select} label="Provider" testid="outside-provider" value=${provider} options=${PROVIDERS} onChange=${it => go({ provider: it })} /></header>
    <p class="soft">What customers, banks and blockchains do. Each is a call of the control API, and a step of a scenario.</p>
    ${own.map(it => html`<${Act} key=${`${provider} ${it.action}`} row=${it} />`)}</div>`;
}

function Act({ row }) {
  const [words, setWords] = useState({});
  const [said, run] = useAction();
  const body = Object.fromEntries(Object.entries(words).filter(it => it[1] !== '').map(([name, text]) => [name, value(text)]));
  const act = event => {
    event.preventDefault();
    run(() => send('POST', `act/${row.provider}/${row.action}`, body), read => `${read.subject} ${read.status ? `is ${read.status} now` : 'is done'}. ${read.reason || ''}`);
  };
  return html`<details class="card" data-testid=${`outside-${row.action}`}><summary><b>${row.action}</b> <span class="soft">${row.meaning}</span></summary>
    <form onSubmit=${act}><div class="row-form">
      ${row.parameters.map(it => html`<${Input} key=${it.name} label=${it.required ? it.name : `${it.name} (optional)`} title=${it.meaning} required=${it.required} testid=${`outside-${row.action}-${it.name}`}
        value=${words[it.name] || ''} placeholder=${it.one_of ? it.one_of.slice(0, 4).join(', ') : ''} onInput=${text => setWords({ ...words, [it.name]: text })} />`)}
      <button type="submit" class="main" data-testid=${`outside-${row.action}-do`} disabled=${said.busy}>Do it</button></div></form>
    <${Said} words=${said.words} bad=${said.bad} />
    <${Code} text=${`steps:${yaml([{ act: `${row.provider}.${row.action}`, ...(Object.keys(body).length > 0 ? { with: body } : {}) }], '  ')}`} testid="as-step" /></details>`;
}
