// Accounts: their credentials, and their settings, which can be changed.
import { html } from './preact.js';
import { send } from './api.js';
import { Facts } from './details.js';
import { readExactly } from './json.js';
import { Copy, Empty, Said, useAction, useField } from './parts.js';
import { useAccounts } from './providers.js';

export function Accounts() {
  const { accounts: read, readAgain } = useAccounts();
  const accounts = read || [];
  return html`<div class="scroll page" data-testid="accounts"><h2>Accounts</h2>
    ${read && accounts.length === 0 && html`<${Empty} title="No accounts">A scenario can open some.<//>`}
    ${accounts.map(it => html`<${Account} key=${`${it.provider} ${it.account}`} it=${it} onChanged=${readAgain} />`)}</div>`;
}

function Account({ it, onChanged }) {
  const credentials = Object.entries(it.credentials).filter(own => typeof own[1] === 'string');
  return html`<details class="card account" data-testid=${`account-${it.provider}`}>
    <summary><b>${it.provider}</b> <span class="soft">account ${it.account}</span></summary>
    <h3>Credentials</h3>
    <${Facts} rows=${credentials.map(([name, text]) => [name, html`<code>${text}</code> <${Copy} text=${text} testid=${`copy-${name}`} />`])} />
    <h3>Settings</h3>
    ${Object.entries(it.settings).map(([name, setting]) => html`<${Setting} key=${name} account=${it} name=${name} setting=${setting} onChanged=${onChanged} />`)}
  </details>`;
}

/** A value as one writes it into a field. */
function written(value) {
  return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
}

/** A text as the value that the setting has: a text, or what JSON says. */
function read(text, { value, default: usual }) {
  if (text === '') return null;
  const isText = typeof (value ?? usual) === 'string';
  if (isText) return text;
  try {
    return readExactly(text);
  } catch {
    return text;
  }
}

function Setting({ account, name, setting, onChanged }) {
  const [text, setText] = useField(written(setting.value));
  const [said, run] = useAction();
  const isWord = Boolean(setting.one_of);
  const isFlag = typeof (setting.value ?? setting.default) === 'boolean';
  const save = value => run(() => send('PATCH', `accounts/${account.provider}/${account.account}`, { [name]: value }), 'Saved.').then(onChanged);
  const id = `setting-${account.provider}-${name}`;
  const isUsual = JSON.stringify(setting.value) === JSON.stringify(setting.default);
  return html`<form class="setting" onSubmit=${event => { event.preventDefault(); save(read(text, setting)); }}>
    <div><label for=${id}>${name}</label> <p class="soft">${setting.meaning}. ${isUsual ? 'This is the default.' : `The default is ${setting.default === null ? 'none' : written(setting.default)}.`}</p></div>
    ${isFlag
      ? html`<input id=${id} data-testid=${id} type="checkbox" role="switch" checked=${setting.value === true} onChange=${event => save(event.target.checked)} />`
      : isWord ? html`<select id=${id} data-testid=${id} value=${text} disabled=${said.busy} onChange=${event => save(event.target.value)}>
          ${setting.one_of.map(it => html`<option key=${it} value=${it} selected=${it === text}>${it}</option>`)}</select>`
      : html`<span class="pair"><input id=${id} data-testid=${id} value=${text} spellcheck="false" autocomplete="off" onInput=${event => setText(event.target.value)} />
          <button type="submit" class="small" data-testid=${`${id}-save`} disabled=${said.busy || text === written(setting.value)}>Save</button></span>`}
    <${Said} words=${said.words} bad=${said.bad} /></form>`;
}
