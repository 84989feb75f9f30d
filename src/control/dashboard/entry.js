// An entry of the timeline that is open.
import { html } from './preact.js';
import { full } from './format.js';
import { Details, Facts } from './details.js';
import { Part } from './exchange.js';
import { TITLES, line } from './lines.js';
import { Code, Moment, Tag } from './parts.js';
import { Request } from './request.js';
import { Delivery } from './delivery.js';
import { Lifecycle, stepOf } from './lifecycle.js';
import { useContract, useRead } from './providers.js';
import { changeAsStep, span } from './snippets.js';
import { allActions } from './next.js';
import { go } from './hash.js';
import { useStore } from './store.js';

export function Entry({ it }) {
  const caughtUp = useStore(own => own.caughtUp);
  if (it.missing && !caughtUp) return html`<${Details} title="…" kicker="Entry"><p class="soft">Reading …</p><//>`;
  if (it.missing) {
    return html`<${Details} title="Not here" kicker="Entry"><p>This entry is not among those that the journal still holds. It may come with the
      next events, or it was dropped by a reset or by the bound of the journal (--journal-bytes).</p><//>`;
  }
  const kicker = html`${TITLES[it.kind] || it.kind} · <${Moment} at=${it.at} />`;
  return html`<${Details} title=${line(it).title} kicker=${kicker}>
    <${Facts} rows=${[
      ['Simulated time', full(it.at)], ['Provider', it.provider], ['Id', it.id], ['Account', it.account],
      ['Object', it.subject && html`<${Subject} subject=${it.subject} />`], ['Rule', it.rule && html`<code>${it.rule}</code>`],
      ['Hint', it.hint], ['Detail', ['request', 'answer'].includes(it.kind) ? null : it.detail],
    ]} />
    <${Inside} it=${it} />
  <//>`;
}

/** Leads to all that has to do with an object. */
function Subject({ subject }) {
  return html`<button type="button" class="link" data-testid="filter-by-subject" title="Show only this object" onClick=${() => go({ subject, open: '' })}>${subject}</button>`;
}

function Inside({ it }) {
  if (it.kind === 'request' || it.kind === 'answer') return html`<${Request} id=${it.id} />`;
  if (it.id?.startsWith('dlv-')) return html`<${Delivery} id=${it.id} attempt=${it.attempt} />`;
  if (it.kind === 'change') return html`<${Change} it=${it} />`;
  if (it.kind === 'clock') return html`<${Clock} it=${it} />`;
  return html`<p>${it.message === it.kind ? it.detail : it.message}</p>`;
}

function Change({ it }) {
  const contract = useContract(it.provider);
  const { value: actions } = useRead(allActions, []);
  if (!contract) return html`<p class="soft">Reading the contract …</p>`;
  const [table, row] = stepOf(contract, it);
  const step = changeAsStep(it, table?.object, actions);
  return html`<${Facts} rows=${[['From', html`<${Tag} word=${it.from} />`], ['To', html`<${Tag} word=${it.to} />`], ['Cause', it.cause]]} />
    ${row && html`<${Part} title="What it leans on"><p><${Tag} word=${row.evidence} /> ${row.source}</p><//>`}
    ${table && html`<${Part} title=${`Lifecycle: ${table.object}`}><${Lifecycle} table=${table} status=${it.to} from=${it.from} step=${row} /><//>`}
    ${step && html`<${Part} title="As a scenario step"><${Code} text=${step} testid="as-step" /><//>`}`;
}

function Clock({ it }) {
  const from = it.message.match(/from (\S+)$/)?.[1];
  const step = from && `steps:\n  - advance: ${span(from, it.at)}`;
  return html`<p>${it.message}</p>${step && html`<${Part} title="As a scenario step"><${Code} text=${step} testid="as-step" /><//>`}`;
}
