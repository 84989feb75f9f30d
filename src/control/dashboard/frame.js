// What stands around every section: navigation, the call that was made last, the form for the token, and the keys.
import { html, useEffect, useRef, useState } from './preact.js';
import { setToken } from './api.js';
import { areKeysOn, switchKeys } from './keys.js';
import { Copy } from './parts.js';
import { SECTIONS, go } from './hash.js';
import { update, useStore } from './store.js';

/** Leads past the navigation. */
export function Skip() {
  return html`<button type="button" class="skip" data-testid="skip" onClick=${() => document.querySelector('main :is(.virtual, input, button, summary, textarea)')?.focus()}>To the content</button>`;
}

export function Navigation() {
  const section = useStore(it => it.hash.section);
  const menu = useStore(it => it.menu);
  const name = SECTIONS.find(it => it[0] === section)[1];
  return html`<nav aria-label="Sections" class=${menu ? 'open' : ''}>
    <button type="button" class="menu" data-testid="menu" aria-expanded=${menu} onClick=${() => update({ menu: !menu })}>☰ ${name}</button>
    <ul>${SECTIONS.map(([own, word], index) => html`<li key=${own}><a href=${`#${own}`} data-testid=${`nav-${own}`} aria-current=${own === section ? 'page' : undefined}
      onClick=${event => { event.preventDefault(); go({ section: own }, { keeps: false }); }}>${word}<kbd aria-hidden="true">${index + 1}</kbd></a></li>`)}</ul>
    <button type="button" class="quiet keys" data-testid="help-open" onClick=${() => update({ help: true })}>Keys <kbd>?</kbd></button></nav>`;
}

const WORDS = { connecting: 'Connecting …', live: 'Live', lost: 'Connection lost, trying again', token: 'Waits for the token', deleted: 'This sandbox was deleted' };

export function Connection() {
  const state = useStore(it => it.connection);
  return html`<span class="connection ${state}" role="status" data-testid="connection" data-state=${state}><span class="dot" aria-hidden="true"></span>${WORDS[state]}</span>`;
}

/** The call for what was done last, to copy. */
export function Calls() {
  const said = useStore(it => it.said);
  const [open, setOpen] = useState(false);
  const last = said[0];
  return html`<footer class="calls ${open ? 'open' : ''}" aria-label="Calls of the control API">
    ${open && html`<ol data-testid="calls">${said.slice(1).map((it, index) => html`<li key=${said.length - index}><code>${it.curl}</code> <span class=${it.outcome === 'refused' ? 'bad' : 'soft'}>${it.outcome}</span> <${Copy} text=${it.curl} testid="copy-call" /></li>`)}</ol>`}
    <div class="last">${last
      ? html`<code data-testid="last-call" title=${last.curl}>${last.curl}</code><span class=${last.outcome === 'refused' ? 'bad' : 'soft'} data-testid="last-call-outcome">${last.outcome}</span><${Copy} text=${last.curl} testid="copy-last-call" />
        <button type="button" class="small" aria-expanded=${open} data-testid="calls-toggle" onClick=${() => setOpen(!open)}>${open ? 'Less' : 'All'}</button>`
      : html`<span class="soft">The call for what you do stands here, to copy.</span>`}</div></footer>`;
}

function Dialog({ title, testid, onClose, children }) {
  const box = useRef(null);
  useEffect(() => {
    box.current.showModal();
  }, []);
  return html`<dialog ref=${box} data-testid=${testid} aria-label=${title} onClose=${onClose ?? (() => box.current?.showModal())} onCancel=${event => { if (!onClose) event.preventDefault(); }}>
    <h2>${title}</h2>${children}</dialog>`;
}

export function Token() {
  const needed = useStore(it => it.needsToken);
  const refused = useStore(it => it.tokenRefused);
  const [text, setText] = useState('');
  const field = useRef(null);
  useEffect(() => { field.current?.select(); }, [needed]);
  if (!needed) return null;
  const use = event => {
    event.preventDefault();
    setToken(text.trim());
  };
  return html`<${Dialog} title="This server has a token" testid="token-form"><p>It was started with <code>--admin-token</code>. The token stays in this tab.</p>
    <form onSubmit=${use}><label class="field"><span>Token</span><input type="password" data-testid="token" ref=${field} autocomplete="off" aria-describedby="token-said" required value=${text} onInput=${it => setText(it.target.value)} /></label>
    <p class="said bad" id="token-said" role="alert" data-testid="token-said">${refused ? 'The server refused this token.' : ''}</p>
    <p class="buttons"><button type="submit" class="main" data-testid="token-send">Use it</button></p></form><//>`;
}

const KEYS = [
  ['1 … 7', 'go to a section'], ['/', 'search in the timeline'], ['↑ ↓', 'move in a list'], ['Page Up, Page Down, Home, End', 'move further'], ['Enter', 'open an entry'],
  ['Escape', 'close what is open'], ['n', 'let time pass until the next thing'], ['f', 'freeze or resume the clock'], ['?', 'show these keys'],
];

export function Help() {
  const open = useStore(it => it.help);
  if (!open) return null;
  const close = () => update({ help: false });
  return html`<${Keys} close=${close} />`;
}

function Keys({ close }) {
  const [areOn, setOn] = useState(areKeysOn());
  const turn = event => {
    switchKeys(event.target.checked);
    setOn(event.target.checked);
  };
  return html`<${Dialog} title="Keys" testid="help" onClose=${close}><dl class="facts">${KEYS.map(([key, does]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${does}</dd></div>`)}</dl>
    <label class="check"><input type="checkbox" data-testid="keys-on" checked=${areOn} onChange=${turn} /> Keys do this. In this browser they can be switched off; Escape always works.</label>
    <p class="buttons"><button type="button" class="main" data-testid="help-close" onClick=${close}>Close</button></p><//>`;
}
