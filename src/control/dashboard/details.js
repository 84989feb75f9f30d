// The pane beside a list, or over it on a narrow page. Escape closes it, and the focus goes back to where it was.
import { html, useEffect, useRef } from './preact.js';
import { Boundary } from './boundary.js';
import { go } from './hash.js';

export function Details({ title, kicker, children, onClose = () => go({ open: '' }) }) {
  const heading = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    heading.current.focus({ preventScroll: true });
    return () => before?.isConnected && before.focus({ preventScroll: true });
  }, []);
  return html`<aside class="details" data-testid="details" aria-label=${title} onKeyDown=${it => {
    if (it.key === 'Escape') {
      it.stopPropagation();
      onClose();
    }
  }}>
    <header><div><p class="kicker">${kicker}</p><h2 tabindex="-1" ref=${heading}>${title}</h2></div>
      <button type="button" class="icon" aria-label="Close" title="Close (Escape)" data-testid="details-close" onClick=${onClose}>×</button></header>
    <div class="inside"><${Boundary} what="This">${children}<//></div>
  </aside>`;
}

/** Names and values. */
export function Facts({ rows }) {
  return html`<dl class="facts">${rows.filter(it => it[1] !== undefined && it[1] !== null && it[1] !== '').map(([name, value]) =>
    html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
