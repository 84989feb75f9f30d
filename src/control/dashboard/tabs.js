// Parts of a section, one of which is seen. Arrows move between them.
import { html, useRef } from './preact.js';
import { go } from './hash.js';

export function Tabs({ tabs, tab, label }) {
  const box = useRef(null);
  const move = event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = tabs[(tabs.findIndex(it => it[0] === tab) + step + tabs.length) % tabs.length][0];
    go({ tab: next, open: '' });
    box.current.querySelector(`[data-testid="tab-${next}"]`).focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} ref=${box} onKeyDown=${move}>
    ${tabs.map(([name, word]) => html`<button key=${name} type="button" role="tab" id=${`tab-${name}`} data-testid=${`tab-${name}`} aria-selected=${name === tab}
      aria-controls="panel" tabindex=${name === tab ? 0 : -1} onClick=${() => go({ tab: name, open: '' })}>${word}</button>`)}
  </div>`;
}

export function Panel({ tab, children }) {
  return html`<div class="panel" role="tabpanel" id="panel" aria-labelledby=${`tab-${tab}`}>${children}</div>`;
}
