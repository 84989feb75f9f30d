// Small parts that many sections use.
import { html, useEffect, useState } from './preact.js';
import { relative, full } from './format.js';
import { useNow } from './now.js';

/** Copies a text, also where a page has no clipboard because its address is not secure. */
async function copied(text) {
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
  const area = Object.assign(document.createElement('textarea'), { value: text });
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

export function Copy({ text, label = 'Copy', testid = 'copy' }) {
  const [said, say] = useState('');
  const copy = async () => {
    try {
      await copied(text);
      say('Copied');
    } catch {
      say('Select it');
    }
    setTimeout(() => say(''), 1500);
  };
  return html`<button type="button" class="small" data-testid=${testid} onClick=${copy}>
    <span class="swap"><span class=${said ? 'off' : ''}>${label}</span><span class=${said ? '' : 'off'} aria-live="polite">${said}</span></span>
  </button>`;
}

/** A text to copy: a command, a body. */
export function Code({ text, testid, label = 'Copy', tall = false }) {
  return html`<div class="code ${tall ? 'tall' : ''}">
    <pre tabindex="0" data-testid=${testid}>${text}</pre><${Copy} text=${text} label=${label} testid=${`copy-${testid || 'code'}`} />
  </div>`;
}

/** What an empty list says: what comes here, and how to bring it about. */
export function Empty({ title, children, command }) {
  return html`<div class="empty" data-testid="empty">
    <h2>${title}</h2><p>${children}</p>
    ${command && html`<${Code} text=${command} testid="empty-command" />`}
  </div>`;
}

const TONES = {
  delivered: 'good', success: 'good', completed: 'good', confirmed: 'good', valid: 'good', documented: 'good', captured: 'good',
  complete: 'good', paid: 'good', closed: 'good', credited: 'good',
  failed: 'bad', cancelled: 'bad', expired: 'bad', invalid: 'bad', deleted: 'bad', refunded: 'warn',
  pending: 'warn', assumed: 'warn', observed: 'info', unsigned: 'warn', underpaid: 'warn', unconfirmed: 'warn', dispute: 'warn',
};

export function Tag({ word, tone, testid }) {
  return html`<span class="tag ${tone || TONES[word] || ''}" data-testid=${testid}>${word}</span>`;
}

/** The colour of an HTTP status. */
export function toneOf(status) {
  if (!status) return 'bad';
  return status < 300 ? 'good' : status < 400 ? 'info' : status < 500 ? 'warn' : 'bad';
}

/** A simulated moment: its distance from now, and all of it when one points at it. */
export function Moment({ at }) {
  const now = useNow();
  return html`<time datetime=${at} title=${full(at)}>${relative(at, now)}</time>`;
}

/** What an action did, or why it was refused. */
export function Said({ words, bad, testid = 'said' }) {
  return html`<p class="said ${bad ? 'bad' : ''}" role="status" data-testid=${testid}>${words}</p>`;
}

/** What one writes into a field that shows a value of the server: it begins anew when that value changes. */
export function useField(value) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return [text, setText];
}

/** Runs something, and keeps what it says. */
export function useAction() {
  const [said, say] = useState({ words: '', bad: false, busy: false });
  const run = async (work, done = '') => {
    say({ words: '', bad: false, busy: true });
    try {
      const read = await work();
      say({ words: typeof done === 'function' ? done(read) : done, bad: false, busy: false });
      return read;
    } catch (why) {
      say({ words: why.message, bad: true, busy: false });
      return undefined;
    }
  };
  return [said, run];
}

export function Select({ label, value, options: known, onChange, testid }) {
  const options = known.some(it => it[0] === value) ? known : [...known, [value, value]];
  return html`<label class="field"><span>${label}</span>
    <select data-testid=${testid} value=${value} onChange=${it => onChange(it.target.value)}>
      ${options.map(([own, word]) => html`<option key=${own} value=${own} selected=${own === value}>${word}</option>`)}
    </select></label>`;
}

export function Input({ label, value, onInput, testid, placeholder, type = 'text', ...rest }) {
  return html`<label class="field"><span>${label}</span>
    <input data-testid=${testid} type=${type} value=${value} placeholder=${placeholder} spellcheck="false" autocomplete="off"
      onInput=${it => onInput(it.target.value)} ...${rest} /></label>`;
}
