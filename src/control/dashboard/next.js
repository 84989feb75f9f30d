// What can happen next to an object: a button for each action, and fields for what else it takes.
import { html, useState } from './preact.js';
import { get, send } from './api.js';
import { Input, Said, Tag, useAction } from './parts.js';
import { useRead } from './providers.js';

let actions = null;

/** The actions of all providers, which are read once. */
export function allActions() {
  actions ??= get('act').then(it => it.actions);
  actions.catch(() => { actions = null; });
  return actions;
}

export function Next({ object, onDone }) {
  const { value: rows } = useRead(allActions, []);
  const [said, run] = useAction();
  const act = (own, more) => run(
    () => send('POST', `act/${object.provider}/${own.action}`, { ...own.body, ...more }),
    read => `${own.action}: it is ${read.status || 'done'} now. ${read.reason || ''}`,
  ).then(onDone);
  if (object.next.length === 0) {
    return html`<p class="soft">Nothing that the outside world could do: time, a receiver or a call of the merchant moves it, or its status is final.</p>`;
  }
  return html`<ul class="next">${object.next.map(own => html`<${Action} key=${own.action + JSON.stringify(own.body)} own=${own} busy=${said.busy} onAct=${act}
      row=${rows?.find(it => it.provider === object.provider && it.action === own.action)} />`)}</ul>
    <${Said} words=${said.words} bad=${said.bad} testid="act-said" />`;
}

function Action({ own, row, busy, onAct }) {
  const [more, setMore] = useState({});
  const others = (row?.parameters || []).filter(it => !(it.name in own.body));
  const set = (name, text) => setMore({ ...more, [name]: text });
  const act = () => onAct(own, Object.fromEntries(Object.entries(more).filter(it => it[1] !== '')));
  return html`<li><div class="act"><button type="button" data-testid=${`act-${own.action}`} disabled=${busy} onClick=${act}>${own.action}</button>
      <span>→ <${Tag} word=${own.to} /> <span class="soft">${own.meaning}</span></span></div>
    ${others.length > 0 && html`<details><summary class="soft">With ${others.map(it => it.name).join(', ')}</summary>
      <div class="row-form">${others.map(it => html`<${Input} key=${it.name} label=${it.name} title=${it.meaning} testid=${`act-${own.action}-${it.name}`} value=${more[it.name] || ''}
        placeholder=${it.one_of ? it.one_of.join(', ') : ''} onInput=${text => set(it.name, text)} />`)}</div></details>`}</li>`;
}
