// Keys that mean something wherever one is, except where one writes.
import { SECTIONS, go } from './hash.js';
import { store, update } from './store.js';
import { toggle, walk } from './walk.js';

const SWITCH = 'playmoney-keys';

/** Whether a key alone does something. A person who speaks to the browser, or hits keys by chance, switches it off. */
export function areKeysOn() {
  return localStorage.getItem(SWITCH) !== 'off';
}

export function switchKeys(areOn) {
  if (areOn) localStorage.removeItem(SWITCH);
  else localStorage.setItem(SWITCH, 'off');
}

function isWritten(element) {
  return element.matches('input, textarea, select, [contenteditable]');
}

function escape() {
  if (store.hash.open) go({ open: '' });
  else if (store.report) update({ report: null });
  else update({ menu: false });
}

const KEYS = {
  '?': () => update({ help: true }),
  '/': () => {
    go({ section: 'timeline' });
    setTimeout(() => document.querySelector('[data-testid="filter-text"]')?.focus(), 50);
  },
  n: () => walk({ until: 'next' }),
  f: toggle,
  Escape: escape,
};

addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  if ((isWritten(event.target) || !areKeysOn()) && event.key !== 'Escape') return;
  const section = SECTIONS[Number(event.key) - 1];
  const act = section ? () => go({ section: section[0] }, { keeps: false }) : KEYS[event.key];
  if (!act) return;
  if (event.key !== 'Escape') event.preventDefault();
  // A key that is held is one wish.
  if (!event.repeat) act();
});
