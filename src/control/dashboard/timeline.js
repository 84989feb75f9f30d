// What has happened and what is to come, on the simulated clock: newest above, behind the line that says "now".
import { html, useEffect, useMemo, useReducer, useRef, useState } from './preact.js';
import { Boundary } from './boundary.js';
import { dropped, entries, follow } from './events.js';
import { GROUPS, Seen, filterOf } from './filter.js';
import { useFirstCall } from './first.js';
import { clockTime, count, full } from './format.js';
import { go } from './hash.js';
import { line } from './lines.js';
import { Empty, Input, Moment, Select, Tag } from './parts.js';
import { useStore } from './store.js';
import { VirtualList, useRowHeight } from './virtual.js';
import { Upcoming } from './upcoming.js';
import { Entry } from './entry.js';
import { PROVIDERS } from './providers.js';

function useSeen(filter) {
  const [, redraw] = useReducer(it => it + 1, 0);
  const seen = useMemo(() => new Seen(filter), [filter.provider, filter.kinds, filter.subject, filter.text]);
  const fresh = useRef(0);
  useEffect(() => follow((it, gone) => {
    const before = seen.rows.length;
    seen.add(it, gone);
    fresh.current += Math.max(0, seen.rows.length - before);
    redraw();
  }), [seen]);
  const seeTop = () => {
    if (fresh.current === 0) return;
    fresh.current = 0;
    redraw();
  };
  return [seen.rows, fresh, seeTop];
}

function Row(it) {
  const { glyph, tone, title, note, tag } = line(it);
  return html`<span class="when" title=${full(it.at)}>${clockTime(it.at)}</span>
    <span class="glyph ${tone}" aria-hidden="true">${glyph}</span>
    <span class="what"><b>${title}</b> <span class="note">${note}</span></span>
    <span class="ago"><${Moment} at=${it.at} /></span>
    <span class="marks">${it.rule && html`<${Tag} word="rule" tone="sandbox" />`}${tag && html`<${Tag} word=${tag.word} tone=${tag.tone} />`}</span>`;
}

function Filters({ filter }) {
  const kinds = filter.kinds.split(',').filter(Boolean);
  const toggle = name => go({ kinds: (kinds.includes(name) ? kinds.filter(it => it !== name) : [...kinds, name]).join(',') });
  const isSet = Object.values(filter).some(Boolean);
  return html`<div class="filters" role="search" aria-label="Filter of the timeline">
    <${Input} label="Search" testid="filter-text" value=${filter.text} placeholder="a word" type="search" onInput=${text => go({ text })} />
    <${Select} label="Provider" testid="filter-provider" value=${filter.provider} options=${[['', 'All'], ...PROVIDERS]} onChange=${provider => go({ provider })} />
    <${Input} label="Object" testid="filter-subject" value=${filter.subject} placeholder="its whole id" onInput=${subject => go({ subject })} />
    <div class="chips" role="group" aria-label="Kinds of entries">
      ${GROUPS.map(([name, word]) => html`<button key=${name} type="button" class="chip" aria-pressed=${kinds.includes(name)}
        data-testid=${`filter-kind-${name}`} onClick=${() => toggle(name)}>${word}</button>`)}
      <button type="button" class="chip plain" data-testid="filter-clear" disabled=${!isSet}
        onClick=${() => go({ provider: '', kinds: '', subject: '', text: '' })}>Clear</button>
    </div>
  </div>`;
}

/** How many entries have come in above what one sees. */
function Fresh({ number, onClick }) {
  return html`<button type="button" class="fresh ${number > 0 ? '' : 'off'}" data-testid="new-entries" tabindex=${number > 0 ? 0 : -1}
    onClick=${onClick}>${count(number, 'new entry', 'new entries')} above</button>`;
}

export function Timeline() {
  const hash = useStore(it => it.hash);
  const filter = filterOf(hash);
  const [rows, fresh, seeTop] = useSeen(filter);
  const [top, setTop] = useState(0);
  // What is to come stands above the list and would move it.
  const isKnown = useStore(it => it.pending.isKnown);
  const height = useRowHeight();
  const at = index => rows[rows.length - 1 - index];
  const open = hash.open && (entries.find(it => String(it.key) === hash.open) || { missing: true });
  const box = useRef(null);
  const isAway = (box.current?.querySelector('.virtual')?.scrollTop ?? 0) > 0;
  if (!isAway && !open) fresh.current = 0;
  const toTop = () => { fresh.current = 0; setTop(it => it + 1); };
  return html`<div class="split ${open ? 'has-details' : ''}" ref=${box}>
    <section class="list" aria-label="Timeline" data-testid="timeline">
      <${Filters} filter=${filter} />
      <${Upcoming} filter=${filter} />
      <div class="under-now">
        <${Fresh} number=${fresh.current} onClick=${toTop} />
        ${!isKnown ? null : rows.length === 0
          ? html`<${Nothing} isFiltered=${entries.length > 0} />`
          : html`<${VirtualList} count=${rows.length} at=${at} keyAt=${it => at(it).key} row=${Row} height=${height} label="What has happened, newest first"
              testid="entry" plain=${false} open=${hash.open ? open.key : null} holds=${Boolean(open)} top=${top} onTop=${seeTop} onOpen=${it => go({ open: String(it.key) })} />`}
      </div>
      <p class="foot" data-testid="timeline-count">${count(rows.length, 'entry', 'entries')}${Object.values(filter).some(Boolean) ? ` of ${entries.length.toLocaleString('en')}` : ''}${dropped > 0 ? `; ${dropped.toLocaleString('en')} older ones are not kept here` : ''}</p>
    </section>
    ${open && html`<${Boundary} what="This entry" key=${hash.open}><${Entry} it=${open} /><//>`}
  </div>`;
}

function Nothing({ isFiltered }) {
  const command = useFirstCall();
  if (isFiltered) return html`<${Empty} title="Nothing fits the filter">Take a part of the filter away, or press Clear. An object is found by its whole id; Search finds parts of words.<//>`;
  return html`<${Empty} title="Nothing has happened yet" command=${command}>Point your application at one of the providers, or make a first
    request yourself. It shows here while it happens.<//>`;
}
