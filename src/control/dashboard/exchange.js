// One HTTP message: its headers and its body, pretty or as it was.
import { html, useMemo, useState } from './preact.js';
import { indented } from './json.js';
import { Code } from './parts.js';

export function Headers({ headers }) {
  const rows = Object.entries(headers || {});
  if (rows.length === 0) return null;
  return html`<table class="headers"><caption class="hidden">Headers</caption><tbody>
    ${rows.map(([name, value]) => html`<tr key=${name}><th scope="row">${name}</th><td>${Array.isArray(value) ? value.join(', ') : String(value)}</td></tr>`)}
  </tbody></table>`;
}

export function Body({ body, encoding, testid = 'body' }) {
  const [raw, setRaw] = useState(false);
  const nice = useMemo(() => (encoding || !body ? null : indented(body)), [body, encoding]);
  if (!body) return html`<p class="soft">No body.</p>`;
  return html`<div class="body">
    ${nice !== null && html`<div class="toggle" role="group" aria-label="How the body is shown">
      <button type="button" class="small" aria-pressed=${!raw} data-testid=${`${testid}-pretty`} onClick=${() => setRaw(false)}>Pretty</button>
      <button type="button" class="small" aria-pressed=${raw} data-testid=${`${testid}-raw`} onClick=${() => setRaw(true)}>Raw</button>
    </div>`}
    ${encoding && html`<p class="soft">Bytes that are not text, as ${encoding}.</p>`}
    <${Code} text=${raw || nice === null ? body : nice} testid=${testid} />
  </div>`;
}

/** A part of the details with a heading. */
export function Part({ title, children, testid }) {
  return html`<section class="part" data-testid=${testid}><h3>${title}</h3>${children}</section>`;
}

export function Message({ title, message, testid }) {
  if (!message) return null;
  return html`<${Part} title=${title} testid=${testid}>
    <${Headers} headers=${message.headers} /><${Body} body=${message.body} encoding=${message.encoding} testid=${`${testid}-body`} />
  <//>`;
}

/** The text under a signature. */
export function Signed({ text, testid = 'signed' }) {
  if (!text) return null;
  return html`<${Part} title="What was signed"><p class="soft">The canonical text: the signature is computed over exactly these characters.</p>
    <${Code} text=${text} testid=${testid} /><//>`;
}
