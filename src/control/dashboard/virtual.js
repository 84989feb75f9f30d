// A list of which only the rows that one sees are in the page. What comes in above does not move what one reads.
import { html, useEffect, useLayoutEffect, useRef, useState } from './preact.js';

const BEYOND = 8;

/** Keeps the row that one reads where it is, when others come in above it. */
function useAnchor(box, { count, keyAt, height, holds }) {
  const anchor = useRef(null);
  useLayoutEffect(() => {
    const own = anchor.current;
    if (own && (own.top > 0 || holds) && count > 0) {
      let index = own.index;
      // New rows come in above, so it is further down.
      while (index < count && keyAt(index) !== own.key) index += 1;
      if (index < count && index !== own.index) box.current.scrollTop = own.top + (index - own.index) * height;
    }
    remember();
  });
  const remember = () => {
    if (!box.current) return;
    const top = box.current.scrollTop;
    const index = Math.min(Math.floor(top / height), Math.max(count - 1, 0));
    anchor.current = { index, key: count > 0 ? keyAt(index) : null, top };
  };
  return remember;
}

/** `at(index)` gives a row, `keyAt(index)` its name; `row` draws it. */
export function VirtualList({ count, at, keyAt, row, height, label, onOpen, open, testid, holds = false, top, onEnd, onTop, plain = true }) {
  const box = useRef(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const [active, setActive] = useState(null);
  const remember = useAnchor(box, { count, keyAt, height, holds });
  const look = () => setView({ top: box.current.scrollTop, height: box.current.clientHeight });
  useEffect(() => {
    look();
    const watcher = new ResizeObserver(look);
    watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);
  useEffect(() => {
    if (top && box.current) box.current.scrollTop = 0;
  }, [top]);
  const first = Math.max(0, Math.floor(view.top / height) - BEYOND);
  const end = Math.min(count, Math.ceil((view.top + view.height) / height) + BEYOND);
  useEffect(() => {
    if (onEnd && count > 0 && end >= count) onEnd();
  }, [end, count]);
  const rows = [];
  let activeIndex = -1;
  for (let index = first; index < end; index += 1) {
    const key = keyAt(index);
    if (key === active) activeIndex = index;
    rows.push(html`<div key=${key} id=${`${testid}-${key}`} role="option" aria-selected=${key === open} aria-setsize=${count}
      aria-posinset=${index + 1} data-testid=${testid} data-key=${key} data-kind=${at(index).kind}
      class="row ${key === open ? 'open' : ''} ${key === active ? 'active' : ''}" style=${{ top: `${index * height}px`, height: `${height}px` }}
      onClick=${() => { setActive(key); onOpen(at(index)); }}>${row(at(index))}</div>`);
  }
  const move = index => {
    const next = Math.max(0, Math.min(count - 1, index));
    setActive(keyAt(next));
    const y = next * height;
    const { scrollTop, clientHeight } = box.current;
    if (y < scrollTop) box.current.scrollTop = y;
    else if (y + height > scrollTop + clientHeight) box.current.scrollTop = y + height - clientHeight;
  };
  const onKeyDown = event => {
    if (count === 0) return;
    const page = Math.max(1, Math.floor(view.height / height) - 1);
    const from = activeIndex >= 0 ? activeIndex : Math.ceil(view.top / height) - 1;
    const to = { ArrowDown: from + 1, ArrowUp: from - 1, PageDown: from + page, PageUp: from - page, Home: 0, End: count - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      move(to);
    } else if (event.key === 'Enter' && activeIndex >= 0) {
      event.preventDefault();
      onOpen(at(activeIndex));
    }
  };
  return html`<div class=${plain ? 'virtual plain' : 'virtual'} ref=${box} role="listbox" tabindex="0" aria-label=${label} data-testid=${`${testid}-list`}
    aria-activedescendant=${activeIndex >= 0 ? `${testid}-${active}` : undefined} onKeyDown=${onKeyDown}
    onScroll=${() => { remember(); look(); if (onTop && box.current.scrollTop === 0) onTop(); }}>
    <div class="rows" role="presentation" style=${{ height: `${count * height}px` }}>${rows}</div>
  </div>`;
}

/** The height of a row: on a narrow page it has two lines. */
export function useRowHeight() {
  const narrow = matchMedia('(max-width: 47.99rem)');
  const [height, set] = useState(narrow.matches ? 60 : 34);
  useEffect(() => {
    const look = () => set(narrow.matches ? 60 : 34);
    narrow.addEventListener('change', look);
    return () => narrow.removeEventListener('change', look);
  }, []);
  return height;
}
