// Where the webhooks of each account go.
import { html } from './preact.js';
import { base, send } from './api.js';
import { Input, Said, useAction, useField } from './parts.js';
import { useAccounts } from './providers.js';

export function Targets() {
  const { accounts: all, readAgain } = useAccounts();
  const [said, run] = useAction();
  const accounts = (all || []).filter(it => it.settings.webhook_url);
  const inbox = new URL('inbox/shop', base).href;
  const toInbox = () => run(async () => {
    for (const it of accounts) await send('PATCH', `accounts/${it.provider}/${it.account}`, { webhook_url: inbox });
    readAgain();
  }, 'Every account tells the inbox `shop` now.');
  return html`<div class="scroll page"><h2>Targets</h2>
    <p class="soft">An account without an address sends no webhooks. Addresses that a merchant registers through a provider's own API are not listed here.</p>
    ${accounts.map(it => html`<${Target} key=${`${it.provider} ${it.account}`} it=${it} onSaved=${readAgain} />`)}
    <p><button type="button" data-testid="targets-inbox" disabled=${said.busy || accounts.length === 0} onClick=${toInbox}>Send all to the inbox here</button></p>
    <${Said} words=${said.words} bad=${said.bad} /></div>`;
}

function Target({ it, onSaved }) {
  const own = it.settings.webhook_url.value ?? '';
  const [url, setUrl] = useField(own);
  const [said, run] = useAction();
  const save = event => {
    event.preventDefault();
    run(() => send('PATCH', `accounts/${it.provider}/${it.account}`, { webhook_url: url || null }), 'Saved.').then(onSaved);
  };
  return html`<form class="card row-form" onSubmit=${save} data-testid=${`target-${it.provider}`}>
    <${Input} label=${`${it.provider} · ${it.account}`} type="url" testid=${`target-url-${it.provider}`} value=${url} placeholder="http://127.0.0.1:9000/hooks" onInput=${setUrl} />
    <button type="submit" data-testid=${`target-save-${it.provider}`} disabled=${said.busy}>Save</button><${Said} words=${said.words} bad=${said.bad} /></form>`;
}
