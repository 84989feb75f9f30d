// The address behind `#` holds the section, the filter and what is open, so that a link shows the same.
import { store, update } from './store.js';

export const SECTIONS = [
  ['timeline', 'Timeline'],
  ['objects', 'Objects'],
  ['webhooks', 'Webhooks'],
  ['rules', 'Rules, scenario'],
  ['accounts', 'Accounts'],
  ['proof', 'Proof'],
  ['sandboxes', 'Sandboxes'],
];

function read() {
  const [section, query] = location.hash.slice(1).split('?');
  const known = SECTIONS.some(it => it[0] === section);
  return { section: known ? section : 'timeline', ...Object.fromEntries(new URLSearchParams(query || '')) };
}

function written({ section, ...rest }) {
  const query = new URLSearchParams(Object.entries(rest).filter(it => it[1])).toString();
  return `#${section}${query ? `?${query}` : ''}`;
}

store.hash = read();
addEventListener('hashchange', () => update({ hash: read() }));

/** Changes parts of it. A part that is empty goes. */
export function go(change, { keeps = true } = {}) {
  const next = { ...(keeps && (!change.section || change.section === store.hash.section) ? store.hash : {}), ...change };
  next.section ??= store.hash.section;
  const text = written(next);
  if (text === location.hash) return;
  // What one types into a filter leaves no trail; what one opens does.
  const isStep = 'open' in change || 'section' in change;
  history[isStep ? 'pushState' : 'replaceState'](null, '', text);
  update({ hash: read(), menu: false });
}
