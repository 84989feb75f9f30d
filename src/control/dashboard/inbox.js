// A built-in inbox: what arrived, the verdict on each signature, and how it answers.
import { html, useRef, useState } from './preact.js';
import { ask, base, get, send } from './api.js';
import { Details, Facts } from './details.js';
import { Message, Part, Signed } from './exchange.js';
import { clockTime, count, full } from './format.js';
import { go } from './hash.js';
import { Empty, Input, Said, Tag, useAction } from './parts.js';
import { useRead } from './providers.js';
import { useStore } from './store.js';
import { VirtualList, useRowHeight } from './virtual.js';

const MESSAGES_MAX = 1_000;

/** The messages of an inbox. Of what is known already only the last one is asked again: without it, the inbox was emptied. */
async function read(inbox, known, words) {
  if (!/^[a-z0-9-]{1,63}$/.test(inbox)) return { messages: [], words };
  const last = known.words === words && known.messages.at(-1);
  if (last) {
    const { messages } = await get(`inbox/${inbox}/messages?newest=${MESSAGES_MAX}&since=msg-${Number(last.id.slice(4)) - 1}`);
    if (messages[0]?.id === last.id) return { messages: [...known.messages, ...messages.slice(1)].slice(-MESSAGES_MAX), words };
  }
  return { ...await get(`inbox/${inbox}/messages?newest=${MESSAGES_MAX}`), words };
}

const BRIEF_MAX = 200;

/** What tells a message from the others: its body, and what its path has besides the name of the inbox. */
function brief({ method, path, body }) {
  const own = path.match(/\/inbox\/[a-z0-9-]+\/?(.*)$/)?.[1];
  return [method === 'POST' ? '' : method, own, body?.slice(0, BRIEF_MAX)].filter(Boolean).join(' · ');
}

function Row(it) {
  return html`<span class="when" title=${full(it.at)}>${clockTime(it.at)}</span>
    <span class="what"><b>${it.provider || 'Unknown sender'}</b> <span class="note">${brief(it)} · ${it.id}</span></span>
    <span class="marks"><${Tag} word=${it.signature} /></span>`;
}

export function Inbox() {
  const { inbox = 'shop', open } = useStore(it => it.hash);
  const pending = useStore(it => it.pending);
  const begun = useStore(it => it.begun);
  const [again, setAgain] = useState(0);
  const known = useRef({ messages: [] });
  const words = `${inbox} ${begun}`;
  const { value } = useRead(async () => { known.current = await read(inbox, known.current, words); return known.current; }, [words, pending, again]);
  const [said, run] = useAction();
  const height = useRowHeight();
  const rows = value ? [...value.messages].reverse() : [];
  const message = open && rows.find(it => it.id === open);
  const clear = () => run(() => send('DELETE', `inbox/${inbox}/messages`), read => `${count(read.removed, 'message')} removed.`).then(() => setAgain(n => n + 1));
  return html`<div class="split ${message ? 'has-details' : ''}"><section class="list" aria-label="Inbox" data-testid="inbox">
      <div class="filters"><${Input} label="Name of the inbox" testid="inbox-name" value=${inbox} onInput=${it => go({ inbox: it.toLowerCase(), open: '' })} />
        <button type="button" data-testid="inbox-clear" disabled=${said.busy || rows.length === 0} onClick=${clear}>Clear</button></div>
      <${Script} inbox=${inbox} />
      ${value && rows.length === 0 && html`<${Empty} title="Nothing has arrived" command=${new URL(`inbox/${inbox}`, base).href}>This is its address. Set it as the target of an account, or post to it.<//>`}
      ${rows.length > 0 && html`<${VirtualList} count=${rows.length} at=${it => rows[it]} keyAt=${it => rows[it].id} row=${Row} height=${height} label="Messages, newest first"
        testid="message" open=${open} holds=${Boolean(open)} onOpen=${it => go({ open: it.id })} />`}
      <p class="foot">${count(rows.length, 'message')}<${Said} words=${said.words} bad=${said.bad} /></p>
    </section>
    ${message && html`<${One} key=${open} it=${message} />`}</div>`;
}

function Script({ inbox }) {
  const [text, setText] = useState('500, timeout, 200');
  const [said, run] = useAction();
  const save = event => {
    event.preventDefault();
    const respond = text.split(',').map(it => it.trim()).filter(Boolean).map(it => (/^\d+$/.test(it) ? Number(it) : it));
    run(() => send('PUT', `inbox/${inbox}/script`, { respond }), read => `Its script has ${count(read.steps, 'step')}.`);
  };
  return html`<form class="row-form" onSubmit=${save}>
    <${Input} label="It answers, one after the other" testid="inbox-script" value=${text} onInput=${setText} />
    <button type="submit" data-testid="inbox-script-save" disabled=${said.busy}>Set</button><${Said} words=${said.words} bad=${said.bad} /></form>`;
}

function One({ it }) {
  const body = { provider: it.provider, url: new URL(it.path, base).href, headers: it.headers, body: it.body, ...(it.encoding ? { encoding: it.encoding } : {}) };
  const { value: verdict, why } = useRead(() => (it.provider ? ask('webhooks/verify', body) : null), [it.id]);
  return html`<${Details} title=${`${it.method} ${it.path}`} kicker=${`Message ${it.id} · ${full(it.at)}`}>
    <${Facts} rows=${[['Sender', it.provider || 'unknown'], ['Signature', html`<${Tag} word=${it.signature} testid="message-verdict" />`],
      ['Why', verdict?.reason], ['Expected', verdict?.expected && html`<code>${verdict.expected}</code>`], ['Received', verdict?.received && html`<code>${verdict.received}</code>`]]} />
    ${why && html`<p class="soft">${why.message}</p>`}
    <${Signed} text=${verdict?.canonical} testid="message-canonical" />
    <${Message} title="What arrived" message=${it} testid="message-content" />
  <//>`;
}
