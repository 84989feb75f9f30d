// What is still to come, above the line that says "now".
import { html } from './preact.js';
import { clockTime, count, date, full } from './format.js';
import { Moment } from './parts.js';
import { useNow } from './now.js';
import { useStore } from './store.js';
import { go } from './hash.js';
import { walk } from './walk.js';

const GLYPHS = { timer: '◷', block: '▣', delivery: '↗' };

export function Upcoming({ filter }) {
  const { rows, total } = useStore(it => it.pending);
  const clock = useStore(it => it.clock);
  const walking = useStore(it => it.walking);
  const now = new Date(useNow()).toISOString();
  const own = rows.filter(it => (!filter.provider || it.provider === filter.provider) && (!filter.subject || it.subject === filter.subject));
  return html`<div class=${total > 0 ? 'upcoming' : 'upcoming none'} data-testid="upcoming">
    <ol tabindex="0" aria-label="What is to come, soonest first">
      ${own.map((it, index) => html`<li key=${`${it.at} ${it.subject} ${it.detail} ${index}`} data-testid="upcoming-row">
        <span class="when" title=${full(it.at)}>${date(it.at) === date(now) ? clockTime(it.at) : `${date(it.at).slice(5)} ${clockTime(it.at).slice(0, 5)}`}</span><span class="glyph soft" aria-hidden="true">${GLYPHS[it.kind]}</span>
        <span class="what"><b>${it.subject}</b> <span class="note">${it.detail} · ${it.provider}</span></span>
        <button type="button" class="small quiet" data-testid="advance-to" title="Let time pass until then"
          disabled=${walking} onClick=${() => walk({ to: it.at })}><${Moment} at=${it.at} /></button>
      </li>`)}
      ${own.length === 0 && html`<li class="none">${total > 0 ? 'Nothing that is to come fits the filter.' : 'Nothing is to come: no timer is booked, and no webhook waits.'}</li>`}
    </ol>
    <div class="now" data-testid="now-line"><span>now</span><time datetime=${now}>${clockTime(now).slice(0, 8)}</time>
      <span class="soft">${clock ? (total > 0 ? count(total, 'thing') : 'nothing') : '…'} to come</span></div>
  </div>`;
}
