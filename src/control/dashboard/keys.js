// Keys that mean something wherever one is, except where one writes.
import { send } from './api.js';
import { SECTIONS, go } from './hash.js';
import { lookSoon, setClock } from './now.js';
import { store, update } from './store.js';

function isWritten(element) {
  return element.matches('input, textarea, select, [contenteditable]');
}

async function next() {
  update({ report: await send('POST', 'clock/advance', { until: 'next' }) });
  lookSoon();
}

async function toggle() {
  setClock(await send('POST', store.clock?.mode === 'frozen' ? 'clock/resume' : 'clock/freeze', {}));
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
  n: () => next().catch(() => {}),
  f: () => toggle().catch(() => {}),
  Escape: escape,
};

addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  if (isWritten(event.target) && event.key !== 'Escape') return;
  const section = SECTIONS[Number(event.key) - 1];
  const act = section ? () => go({ section: section[0] }, { keeps: false }) : KEYS[event.key];
  if (!act) return;
  if (event.key !== 'Escape') event.preventDefault();
  act();
});
