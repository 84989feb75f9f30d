// A request to a provider, whole: what came, what was answered, and what the answer leans on.
import { html } from './preact.js';
import { Comparison, readRequest } from './compare.js';
import { Facts } from './details.js';
import { Message, Part, Signed } from './exchange.js';
import { Code, Tag, toneOf } from './parts.js';
import { useContract, useRead } from './providers.js';
import { requestAsCurl, requestAsRule, requestAsStep } from './snippets.js';
import { go } from './hash.js';
import { update, useStore } from './store.js';

export function Request({ id }) {
  const isHeard = useStore(it => it.heard > 0);
  const { value, why } = useRead(() => readRequest(id), [id, isHeard]);
  const contract = useContract(value?.provider);
  if (why) return html`<p class="bad">${why.message}</p>`;
  if (value === undefined) return html`<p class="soft">Reading …</p>`;
  if (value === null) return html`<p>The journal does not hold it any more.</p>`;
  const { request, response, evidence, violations, operation } = value;
  return html`
    <${Facts} rows=${[
      ['Request', html`<code>${request.method} ${request.path}</code>`], ['Operation', operation && html`<code>${operation}</code>`],
      ['Answer', response && html`<${Tag} word=${String(response.status)} tone=${toneOf(response.status)} /> ${value.error || ''}`], ['Note', value.note],
    ]} />
    ${evidence && html`<${Part} title="What the answer leans on" testid="evidence"><p><${Tag} word=${evidence.evidence} /> ${evidence.source}</p>
      <p class="soft"><code>${evidence.row}</code></p><//>`}
    ${violations.length > 0 && html`<${Part} title="Where the client broke the contract" testid="entry-violations"><ul class="plain">${violations.map((it, index) =>
      html`<li key=${index}><${Tag} word=${it.code} tone="warn" /> ${it.detail} <span class="soft">${it.source}</span></li>`)}</ul><//>`}
    <${Message} title="Request" message=${request} testid="request" />
    <${Signed} text=${value.signed} />
    <${Message} title=${`Answer ${response?.status ?? 'is still to come'}`} message=${response} testid="response" />
    <${Comparison} entry=${value} />
    <${Uses} entry=${value} contract=${contract} />`;
}

function Uses({ entry, contract }) {
  const step = requestAsStep(entry, contract);
  const ruled = () => {
    update({ draft: JSON.stringify(requestAsRule(entry, contract), null, 2) });
    go({ section: 'rules' });
  };
  return html`<${Part} title="Use it again">
    <h4>As curl</h4><${Code} text=${requestAsCurl(entry.request)} testid="as-curl" />
    ${entry.signed && html`<p class="soft">It carries the signature of its moment, which the provider may refuse when it comes a second time. <code>playmoney sign</code> makes a new one.</p>`}
    ${step && html`<h4>As a scenario step</h4><${Code} text=${step} testid="as-step" />
      <button type="button" data-testid="as-rule" onClick=${ruled}>Make a rule of it</button>`}
  <//>`;
}
