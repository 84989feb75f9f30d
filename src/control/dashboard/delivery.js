// A webhook with its attempts: what was sent and signed, and what the receiver answered.
import { html, useState } from './preact.js';
import { get, send } from './api.js';
import { Facts } from './details.js';
import { clockTime, full } from './format.js';
import { Message, Part, Signed } from './exchange.js';
import { Code, Moment, Said, Tag, toneOf, useAction } from './parts.js';
import { useContract, useRead } from './providers.js';
import { webhookAsCurl, webhookAsRule, webhookAsStep } from './snippets.js';
import { go } from './hash.js';
import { update, useStore } from './store.js';

async function read(id) {
  const before = Number(id.slice(4)) - 1;
  const { deliveries } = await get(`deliveries?since=dlv-${before}&limit=1`);
  return deliveries.find(it => it.id === id) || null;
}

export function Delivery({ id, attempt }) {
  const [again, setAgain] = useState(0);
  const [said, run] = useAction();
  const { value, why } = useRead(() => read(id), [id, again, useStore(it => it.deliveries)]);
  const contract = useContract(value?.provider);
  if (why) return html`<p class="bad">${why.message}</p>`;
  if (value === undefined) return html`<p class="soft">Reading …</p>`;
  if (value === null) return html`<p>This delivery is not kept any more.</p>`;
  const event = contract?.events.find(it => it.name === value.event);
  const resend = () => run(() => send('POST', `deliveries/${id}/resend`, {}), 'Sent again.').then(() => setAgain(it => it + 1));
  const ruled = () => {
    update({ draft: JSON.stringify(webhookAsRule(value), null, 2) });
    go({ section: 'rules' });
  };
  return html`
    <${Facts} rows=${[
      ['Event', html`<code>${value.event}</code>`], ['Event id', value.event_id && html`<code>${value.event_id}</code>`], ['To', html`<code>${value.url}</code>`],
      ['Status', html`<${Tag} word=${value.status} testid="delivery-status" />`],
      ['Next attempt', value.next_attempt_at && html`${full(value.next_attempt_at)} (<${Moment} at=${value.next_attempt_at} />)`],
    ]} />
    <p class="buttons"><button type="button" data-testid="resend" disabled=${said.busy} onClick=${resend}>Send it again now</button>
      <button type="button" data-testid="as-rule" onClick=${ruled}>Make a rule of it</button></p>
    <${Said} words=${said.words} bad=${said.bad} />
    ${event && html`<${Part} title="What it leans on" testid="evidence"><p><${Tag} word=${event.evidence} /> ${event.source}</p><//>`}
    ${value.attempts.map(it => html`<${Attempt} key=${it.number} it=${it} delivery=${value} isOpen=${it.number === (attempt ?? value.attempts.length)} />`)}
    ${value.attempts.length === 0 && html`<p class="soft">No attempt has left yet.</p>`}
    <${Part} title="As a scenario step"><${Code} text=${webhookAsStep(value)} testid="as-step" /><//>`;
}

function Attempt({ it, delivery, isOpen }) {
  const answer = it.status ?? it.error ?? 'under way';
  return html`<details class="attempt" open=${isOpen} data-testid="attempt">
    <summary>Attempt ${it.number} <span class="soft">${clockTime(it.at)}</span> <${Tag} word=${String(answer)} tone=${it.error || it.status ? toneOf(it.status) : 'soft'} /></summary>
    ${it.detail && html`<p>${it.detail}</p>`}${it.hint && html`<p class="hint">${it.hint}</p>`}
    <${Message} title="Sent" message=${it.request} testid="sent" />
    <${Signed} text=${it.signed} />
    <${Message} title="Answer of the receiver" message=${it.response} testid="received" />
    <${Part} title="As curl"><${Code} text=${webhookAsCurl(delivery.url, it.request)} testid="as-curl" /><//>
  </details>`;
}
