// What a hosted page does while it is open: it follows the sandbox, counts down on the simulated clock, and copies.
import { morph } from './morph.js';
import './fields.js';
import './bar.js';

const one = (name, root = document) => root.querySelector(`[data-testid=${name}]`);
const own = () => location.href.split('#')[0];

// The simulated clock: a moment, when it was heard, and the simulated seconds that pass in a real one.
const clock = { now: Number(document.body.dataset.now), at: performance.now(), rate: Number(document.body.dataset.rate) };
const now = () => clock.now + (performance.now() - clock.at) * clock.rate;

function setClock({ now: moment, rate, mode }) {
  Object.assign(clock, { now: Date.parse(moment), at: performance.now(), rate });
  const told = one('bar-mode');
  if (told) told.textContent = mode === 'real' ? 'real time' : mode === 'scaled' ? `${rate}x` : mode;
  tick();
}

const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };

function tick() {
  for (const it of document.querySelectorAll('[data-ends]')) {
    const seconds = Math.max(0, Math.ceil((Number(it.dataset.ends) - now()) / 1000));
    if (it.nodeName === 'PROGRESS') it.value = seconds;
    else write(it, `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`);
    if (seconds === 0 && it.dataset.over !== it.dataset.ends) {
      it.dataset.over = it.dataset.ends;
      refresh();
    }
  }
  for (const it of document.querySelectorAll('[data-clock]')) {
    const moment = new Date(now());
    if (!Number.isNaN(moment.getTime())) write(it, moment.toISOString().slice(0, 19).replace('T', ' '));
  }
}
setInterval(() => { if (clock.rate !== 0) tick(); }, 250);

// The page as the server shows it now takes the place of what has changed in this one.
let isFetching = false;
let isAskedAgain = false;

async function refresh() {
  if (isFetching) {
    isAskedAgain = true;
    return;
  }
  isFetching = true;
  try {
    // The header says that this is not another visit: the sandbox keeps nothing of it.
    await take(await fetch(own(), { redirect: 'manual', headers: { Accept: 'text/html', 'Playmoney-Refresh': '1' }, cache: 'no-store' }));
  } catch {
    one('live').hidden = false;
  } finally {
    isFetching = false;
    if (isAskedAgain) {
      isAskedAgain = false;
      refresh();
    }
  }
}

const state = (root) => root.querySelector('[data-status]')?.dataset.status + root.querySelector('[data-panel]')?.dataset.panel;

async function take(answer) {
  if (answer.type === 'opaqueredirect') {
    location.replace(own());
    return;
  }
  const type = answer.headers.get('content-type') ?? '';
  if (type.startsWith('text/plain')) {
    location.replace(own()); // the page is gone, and the server says so in a text
    return;
  }
  if (!type.startsWith('text/html')) {
    one('live').hidden = false;
    return;
  }
  const other = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const main = document.querySelector('main');
  const isLike = state(main) === state(other);
  write(document.querySelector('title'), other.title);
  // What was wrong with a form stays until the page says something else.
  morph(main, other.querySelector('main'), (node) => isLike && node.dataset?.testid === 'fault');
  takeBar(other.querySelector('.bar'));
  tick();
  goOn();
}

function takeBar(other) {
  const bar = document.querySelector('.bar');
  const hasFocus = bar?.contains(document.activeElement);
  if (bar && other) morph(bar, other);
  else if (bar) bar.remove();
  else if (other) document.body.append(document.importNode(other, true));
  // The button that was pressed may be gone: a keyboard goes on where it stood.
  if (hasFocus && bar.isConnected && !bar.contains(document.activeElement)) bar.querySelector('.bar-buttons')?.focus({ preventScroll: true });
}

// A page that has come to its end goes on to the shop. The browser does it by itself for a page that it has loaded.
let goes = document.querySelector('[data-go]')?.dataset.go;

function goOn() {
  const end = document.querySelector('[data-go]');
  if (!end || goes === end.dataset.go) return;
  goes = end.dataset.go;
  setTimeout(() => location.assign(end.href), Number(end.dataset.after) * 1000);
}

// The stream tells that something has changed. One that is refused or dies comes back by itself.
let stream = null;
let tries = 0;
let waiting = 0;

function open() {
  clearTimeout(waiting);
  stream?.close();
  stream = new EventSource(own());
  stream.addEventListener('clock', ({ data }) => {
    tries = 0;
    one('live').hidden = true;
    setClock(JSON.parse(data));
    refresh(); // something can have changed before the stream was there
  });
  stream.addEventListener('change', ({ data }) => {
    setClock(JSON.parse(data));
    refresh();
  });
  stream.onerror = () => {
    one('live').hidden = false;
    if (stream.readyState !== EventSource.CLOSED) return;
    tries += 1;
    waiting = setTimeout(open, Math.min(30, 2 ** tries) * 1000);
  };
}

// A page that cannot be seen keeps no connection for long: a browser has six of them for one server.
let leaving = 0;
document.addEventListener('visibilitychange', () => {
  clearTimeout(leaving);
  if (document.hidden) {
    leaving = setTimeout(() => {
      stream?.close();
      stream = null;
    }, 10_000);
  } else if (!stream) {
    open();
  }
});
window.addEventListener('pagehide', () => stream?.close());
window.addEventListener('pageshow', (event) => { if (event.persisted) open(); });

async function copy(button) {
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyByHand(text);
  }
  const said = one('said');
  write(said, '');
  button.classList.add('done');
  write(button, 'Copied');
  requestAnimationFrame(() => write(said, 'Copied'));
  setTimeout(() => {
    button.classList.remove('done');
    write(button, 'Copy');
  }, 2000);
}

// Where the clipboard is not given to pages, as on an address without TLS.
function copyByHand(text) {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

document.addEventListener('click', ({ target }) => {
  const button = target.closest?.('[data-copy]');
  if (button) copy(button);
});

open();
