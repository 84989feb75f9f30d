// What the providers keep: a page at a time, with what can happen next.
import { html, useEffect, useRef, useState } from './preact.js';
import { get, getText } from './api.js';
import { Details, Facts } from './details.js';
import { Part } from './exchange.js';
import { useFirstCall } from './first.js';
import { clockTime, count, full, yaml } from './format.js';
import { go } from './hash.js';
import { indented, memberText, readExactly } from './json.js';
import { Lifecycle } from './lifecycle.js';
import { Next } from './next.js';
import { Code, Empty, Input, Moment, Select, Tag } from './parts.js';
import { PROVIDERS, useContract, useRead } from './providers.js';
import { Outside } from './outside.js';
import { useStore } from './store.js';
import { Panel, Tabs } from './tabs.js';
import { VirtualList, useRowHeight } from './virtual.js';

const PAGE = 100;
const PAUSE_MS = 150;

function address(filter, more) {
  const query = new URLSearchParams(Object.entries({ ...filter, ...more }).filter(it => it[1]));
  return `objects?${query}`;
}

/** The objects that fit, a page at a time; the first page follows what happens. */
function useObjects(filter) {
  const [list, setList] = useState({ rows: [], total: 0, truncated: false, isRead: false });
  const words = JSON.stringify(filter);
  const pending = useStore(it => it.pending);
  const wanted = useRef(words);
  const pages = useRef(1);
  const isReading = useRef(false);
  const read = async before => {
    const page = await get(address(filter, { limit: before ? PAGE : Math.min(1_000, PAGE * pages.current), before }));
    if (wanted.current !== words) return;
    // What one has scrolled to stays.
    setList(own => before ? join(own, page) : merged(own, page));
  };
  useEffect(() => {
    wanted.current = words;
    pages.current = 1;
    setList({ rows: [], total: 0, truncated: false, isRead: false });
  }, [words]);
  useEffect(() => {
    // While one types, each letter is another wish.
    const timer = setTimeout(() => read().catch(() => {}), filter.subject ? PAUSE_MS : 0);
    return () => clearTimeout(timer);
  }, [words, pending]);
  const more = async () => {
    const last = list.rows.at(-1);
    if (!last || !list.truncated || isReading.current) return;
    isReading.current = true;
    pages.current = Math.min(5, pages.current + 1);
    await read(last.id).catch(() => {});
    isReading.current = false;
  };
  return [list, more];
}

function join(own, page) {
  const known = new Set(own.rows.map(it => it.id));
  return { rows: [...own.rows, ...page.objects.filter(it => !known.has(it.id))], total: page.total, truncated: page.truncated, isRead: true };
}

/** The first page anew, and behind it what was read before. */
function merged(own, page) {
  const fresh = new Set(page.objects.map(it => it.id));
  const last = page.objects.at(-1);
  const behind = own.rows.findIndex(it => it.id === last?.id);
  const rest = behind >= 0 ? own.rows.slice(behind + 1).filter(it => !fresh.has(it.id)) : [];
  return { rows: [...page.objects, ...rest], total: page.total, truncated: rest.length > 0 ? own.truncated : page.truncated, isRead: true };
}

function Row(it) {
  return html`<span class="when" title=${full(it.created_at)}>${clockTime(it.created_at)}</span>
    <span class="what"><b>${it.subject}</b> <span class="note">${it.provider} · ${it.kind} · ${it.account}</span></span>
    <span class="marks"><${Tag} word=${it.status} /></span>`;
}

const TABS = [['kept', 'Objects'], ['outside', 'World outside']];

export function Objects() {
  const { tab = 'kept' } = useStore(it => it.hash);
  return html`<div class="section"><${Tabs} tabs=${TABS} tab=${tab} label="Objects" />
    <${Panel} tab=${tab}>${tab === 'outside' ? html`<${Outside} />` : html`<${List} />`}<//></div>`;
}

function List() {
  const { provider = '', kind = '', status = '', subject = '', open } = useStore(it => it.hash);
  const [list, more] = useObjects({ provider, kind, status, subject });
  const contract = useContract(provider);
  const height = useRowHeight();
  const kinds = contract?.lifecycles.map(it => [it.object, it.object]) || [];
  const table = contract?.lifecycles.find(it => it.object === (kind || contract.lifecycles[0]?.object));
  const statuses = table?.statuses.map(it => [it.name, it.name]) || [];
  return html`<div class="split ${open ? 'has-details' : ''}">
    <section class="list" aria-label="Objects" data-testid="objects">
      <div class="filters">
        <${Select} label="Provider" testid="objects-provider" value=${provider} options=${[['', 'All'], ...PROVIDERS]} onChange=${it => go({ provider: it, kind: '', status: '' })} />
        <${Select} label="Kind" testid="objects-kind" value=${kind} options=${[['', 'All'], ...kinds]} onChange=${it => go({ kind: it, status: '' })} />
        <${Select} label="Status" testid="objects-status" value=${status} options=${[['', 'All'], ...statuses]} onChange=${it => go({ status: it })} />
        <${Input} label="Object" testid="objects-subject" value=${subject} placeholder="its whole id" onInput=${it => go({ subject: it })} />
      </div>
      ${list.rows.length === 0
        ? list.isRead && html`<${Nothing} isFiltered=${list.total > 0 || provider || kind || status || subject} />`
        : html`<${VirtualList} count=${list.rows.length} at=${it => list.rows[it]} keyAt=${it => list.rows[it].id} row=${Row} height=${height}
            label="Objects, newest first" testid="object" open=${open} holds=${Boolean(open)} onOpen=${it => go({ open: it.id })} onEnd=${more} />`}
      <p class="foot" data-testid="objects-count">${count(list.total, 'object')}${list.rows.length < list.total ? `; ${list.rows.length.toLocaleString('en')} listed` : ''}</p>
    </section>
    ${open && html`<${One} id=${open} key=${open} />`}
  </div>`;
}

function Nothing({ isFiltered }) {
  const command = useFirstCall();
  if (isFiltered) return html`<${Empty} title="Nothing here fits">Choose another provider, kind or status. An object is found by its whole id.<//>`;
  return html`<${Empty} title="No objects yet" command=${command}>Invoices, charges, orders, transactions and payouts show here as soon as a call,
    or the world outside, has made one.<//>`;
}

/** An object with the text of what its provider's API shows. */
async function readOne(id) {
  const text = await getText(`objects/${encodeURIComponent(id)}`);
  return { ...readExactly(text), shown: indented(memberText(text, 'object') || 'null') };
}

function One({ id }) {
  const pending = useStore(it => it.pending);
  const [again, setAgain] = useState(0);
  const { value: it, why } = useRead(() => readOne(id), [id, pending, again]);
  const contract = useContract(it?.provider);
  if (why) return html`<${Details} title="Not here" kicker="Object"><p>${why.message}</p><//>`;
  if (!it) return html`<${Details} title="…" kicker="Object"><p class="soft">Reading …</p><//>`;
  const table = contract?.lifecycles.find(own => own.object === it.kind);
  return html`<${Details} title=${it.subject} kicker=${`${it.provider} · ${it.kind}`}>
    <${Facts} rows=${[['Status', html`<${Tag} word=${it.status} testid="object-status" />`], ['Account', it.account], ['Made', html`${full(it.created_at)} (<${Moment} at=${it.created_at} />)`]]} />
    <${Part} title="What can happen next" testid="next">
      <${Next} object=${it} onDone=${() => setAgain(n => n + 1)} />
    <//>
    ${table && html`<${Part} title="Lifecycle"><${Lifecycle} table=${table} status=${it.status} /><//>`}
    ${it.object && html`<${Part} title="As the provider's API shows it"><${Code} text=${it.shown} testid="object-json" /><//>`}
    ${it.next[0] && html`<${Part} title="As a scenario step"><${Code} text=${`steps:${yaml([{ act: `${it.provider}.${it.next[0].action}`, with: it.next[0].body }], '  ')}`} testid="as-step" /><//>`}
    <p><button type="button" class="link" data-testid="object-timeline" onClick=${() => go({ section: 'timeline', subject: it.subject })}>Its timeline</button></p>
  <//>`;
}
