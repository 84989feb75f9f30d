// Webhooks: where they go, what became of them, and what arrived in the built-in inboxes.
import { html, useState } from './preact.js';
import { get } from './api.js';
import { Delivery } from './delivery.js';
import { Details } from './details.js';
import { clockTime, count, full } from './format.js';
import { go } from './hash.js';
import { Inbox } from './inbox.js';
import { Empty, Select, Tag } from './parts.js';
import { PROVIDERS, useRead } from './providers.js';
import { useStore } from './store.js';
import { Panel, Tabs } from './tabs.js';
import { Targets } from './targets.js';
import { VirtualList, useRowHeight } from './virtual.js';

const TABS = [['deliveries', 'Deliveries'], ['targets', 'Targets'], ['inbox', 'Inboxes']];
const PAGE = 100;

/** The latest deliveries, newest first, and whether older ones fit too. */
async function read({ provider, status, pages }) {
  const wanted = PAGE * pages;
  const query = new URLSearchParams(Object.entries({ provider, status, newest: wanted + 1 }).filter(it => it[1]));
  const { deliveries } = await get(`deliveries?${query}`);
  const rows = deliveries.reverse();
  return { rows: rows.slice(0, wanted), hasOlder: rows.length > wanted };
}

function Row(it) {
  const last = it.attempts.at(-1);
  return html`<span class="when" title=${full(it.created_at)}>${clockTime(it.created_at)}</span>
    <span class="what"><b>${it.event}</b> <span class="note">${it.subject} · ${it.id} · ${count(it.attempts.length, 'attempt')}${last ? `, last: ${last.status ?? last.error ?? 'under way'}` : ''} · ${it.provider}</span></span>
    <span class="marks"><${Tag} word=${it.status} /></span>`;
}

function Deliveries() {
  const { provider = '', status = '', open } = useStore(it => it.hash);
  const [pages, setPages] = useState(1);
  const heard = useStore(it => it.deliveries);
  const { value, why } = useRead(() => read({ provider, status, pages }), [provider, status, pages, heard]);
  const height = useRowHeight();
  const rows = value?.rows || [];
  return html`<div class="split ${open ? 'has-details' : ''}"><section class="list" aria-label="Deliveries" data-testid="deliveries">
      <div class="filters">
        <${Select} label="Provider" testid="deliveries-provider" value=${provider} options=${[['', 'All'], ...PROVIDERS]} onChange=${it => go({ provider: it })} />
        <${Select} label="Status" testid="deliveries-status" value=${status} options=${[['', 'All'], ['pending', 'pending'], ['delivered', 'delivered'], ['failed', 'failed']]} onChange=${it => go({ status: it })} />
      </div>
      ${why && html`<p class="bad">${why.message}</p>`}
      ${value && rows.length === 0 && (provider || status) && html`<${Empty} title="Nothing here fits">Choose another provider or status.<//>`}
      ${value && rows.length === 0 && !provider && !status && html`<${Empty} title="No webhooks yet">Set an address under Targets: your application's, or one of the inboxes here.
        The next change of an object is told there.<//>`}
      ${rows.length > 0 && html`<${VirtualList} count=${rows.length} at=${it => rows[it]} keyAt=${it => rows[it].id} row=${Row} height=${height} label="Deliveries, newest first"
        testid="delivery" open=${open} holds=${Boolean(open)} onOpen=${it => go({ open: it.id })} />`}
      <p class="foot">${count(rows.length, 'delivery', 'deliveries')} ${value?.hasOlder && html`<button type="button" class="link" data-testid="deliveries-older" onClick=${() => setPages(pages + 1)}>Show older ones</button>`}</p>
    </section>
    ${open && html`<${Details} key=${open} title=${rows.find(it => it.id === open)?.event || open} kicker=${`Delivery ${open}`}><${Delivery} id=${open} /><//>`}</div>`;
}

export function Webhooks() {
  const { tab = 'deliveries' } = useStore(it => it.hash);
  return html`<div class="section"><${Tabs} tabs=${TABS} tab=${tab} label="Webhooks" />
    <${Panel} tab=${tab}>${tab === 'targets' ? html`<${Targets} />` : tab === 'inbox' ? html`<${Inbox} />` : html`<${Deliveries} />`}<//></div>`;
}
