// What a hosted page does while it is open: it follows the sandbox, counts down on the simulated clock, and copies.
import { morph } from './morph.js';
import './fields.js';
import './bar.js';

// What needs a script cannot be used until the scripts listen, so that no press is lost.
function switchOn(root) {
  for (const it of root.querySelectorAll('[data-copy], [data-calls], [data-filters]')) it.disabled = false;
}

const one = (name, root = document) => root.querySelector(`[data-testid=${name}]`);
const own = () => location.href.split('#')[0];

// The simulated clock: a moment, when it was heard, and the simulated seconds that pass in a real one.
const clock = { now: Number(document.body.dataset.now), at: performance.now(), rate: Number(document.body.dataset.rate) };
const now = () => clock.now + (performance.now() - clock.at) * clock.rate;

function setClock({ now: moment, rate, mode }) {
  Object.assign(clock, { now: moment, at: performance.now(), rate });
  const told = one('bar-mode');
  if (told && mode) told.textContent = mode === 'real' ? 'real time' : mode === 'scaled' ? `${rate}x` : mode;
  tick();
}

const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };

const two = (number) => String(number).padStart(2, '0');

/** As the server writes it: `29:59`, or `1:59:59`. */
function countdown(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function tick() {
  for (const it of document.querySelectorAll('[data-ends]')) {
    const seconds = Math.max(0, Math.ceil((Number(it.dataset.ends) - now()) / 1000));
    if (it.nodeName === 'PROGRESS') it.value = seconds;
    else write(it, countdown(seconds));
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

function tellLive(isLive) {
  one('live').hidden = isLive;
}

async function refresh(isSecondTry = false) {
  if (isFetching) {
    isAskedAgain = true;
    return;
  }
  isFetching = true;
  try {
    // The header says that this is not another visit: the sandbox keeps nothing of it.
    await take(await fetch(own(), { redirect: 'manual', headers: { Accept: 'text/html', 'Playmoney-Refresh': '1' }, cache: 'no-store' }));
    tellLive(isFollowing());
  } catch {
    tellLive(false);
    if (!isSecondTry) setTimeout(refresh, 1000, true); // else what has changed would be seen at the next change only
  } finally {
    isFetching = false;
    if (isAskedAgain) {
      isAskedAgain = false;
      refresh();
    }
  }
}

/** What a page says at first sight: its state, its heading and its forms. */
function sight(main) {
  const parts = [main.querySelector('[data-status]')?.dataset.status, main.querySelector('[data-panel]')?.dataset.panel, main.querySelector('h1')?.textContent];
  return [...parts, ...[...main.querySelectorAll('form')].map((it) => it.dataset.testid)].join('|');
}

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
  if (!type.startsWith('text/html')) throw new Error(`the page was answered with ${answer.status}`);
  const other = new DOMParser().parseFromString(await answer.text(), 'text/html');
  switchOn(other);
  const main = document.querySelector('main');
  write(document.querySelector('title'), other.title);
  // What was wrong with a form stays, with what was typed, until the page says something else.
  const isLike = sight(main) === sight(other.querySelector('main'));
  if (!isLike || !one('fault', main)) morph(main, other.querySelector('main'));
  takeBar(other.querySelector('.bar'));
  if (!stream) setClock({ now: Number(other.body.dataset.now), rate: Number(other.body.dataset.rate) });
  tick();
  goOn();
}

function takeBar(other) {
  const bar = document.querySelector('.bar');
  const hasFocus = bar?.contains(document.activeElement);
  if (bar && other) morph(bar, other);
  else if (bar) bar.remove(); // a page that was opened without one gets none: another site may show it
  // The button that was pressed may be gone: a keyboard goes on where it stood.
  if (hasFocus && bar.isConnected && !bar.contains(document.activeElement)) bar.querySelector('.bar-buttons')?.focus({ preventScroll: true });
}

// A page that has come to its end goes on to the shop. The browser does it by itself for a page that it has loaded.
let goes = document.querySelector('[data-go]')?.dataset.go;

function goOn() {
  const end = document.querySelector('[data-go]');
  if (!end || goes === end.dataset.go) return;
  goes = end.dataset.go;
  setTimeout(() => { if (end.isConnected) location.assign(end.href); }, Number(end.dataset.after) * 1000);
}

// The stream tells that something has changed. One that is refused or dies comes back by itself.
let stream = null;
let tries = 0;
let waiting = 0;
let isDeleted = false;

function open() {
  clearTimeout(waiting);
  stream?.close();
  stream = new EventSource(own());
  const hear = ({ data }) => {
    tries = 0;
    if (isDeleted) return begin();
    const told = JSON.parse(data);
    setClock({ ...told, now: Date.parse(told.now) });
    return refresh();
  };
  stream.addEventListener('clock', hear); // something can have changed before the stream was there
  stream.addEventListener('change', hear);
  stream.addEventListener('deleted', end);
  stream.onerror = () => {
    tellLive(false);
    if (stream?.readyState !== EventSource.CLOSED) return;
    tries += 1;
    waiting = setTimeout(open, Math.min(30, 2 ** tries) * 1000);
  };
}

// The sandbox is gone, and with it all that the page could do. Another one of the same name may come.
function end() {
  isDeleted = true;
  stream.close();
  write(one('live'), 'This sandbox was deleted');
  tellLive(false);
  setControls(false);
  waiting = setTimeout(open, 2_000);
}

function begin() {
  isDeleted = false;
  write(one('live'), 'Not live at the moment');
  setControls(true);
  return refresh();
}

function setControls(areOn) {
  for (const it of document.querySelectorAll('button:not([data-copy]), input, select')) it.disabled = !areOn;
}

const isFollowing = () => !isDeleted && (stream === null ? asking !== 0 : stream.readyState === EventSource.OPEN);

// A browser has six connections for one server: of its open pages two have a stream, and the others ask every two seconds.
const STREAMS = 2;
const ASKS_EACH_MS = 2_000;
let asking = 0;
let giveBack = null;

function takesPlace(number) {
  return new Promise((tell) => {
    const hold = (lock) => {
      tell(lock !== null);
      return lock && new Promise((done) => { giveBack = done; });
    };
    navigator.locks.request(`playmoney-page-${number}`, { ifAvailable: true }, hold).catch(() => tell(false));
  });
}

async function findsPlace() {
  if (!navigator.locks) return true; // on an address without TLS a browser gives no locks
  for (let number = 0; number < STREAMS; number += 1) {
    if (await takesPlace(number)) return true;
  }
  return false;
}

async function follow() {
  asking = 0;
  const hasPlace = giveBack !== null || await findsPlace();
  if (document.hidden) return leave();
  if (hasPlace) return open();
  asking = setTimeout(follow, ASKS_EACH_MS);
  return refresh();
}

function leave() {
  clearTimeout(waiting);
  clearTimeout(asking);
  asking = 0;
  stream?.close();
  stream = null;
  giveBack?.();
  giveBack = null;
}

// A page that cannot be seen follows nothing for long.
let leaving = 0;
document.addEventListener('visibilitychange', () => {
  clearTimeout(leaving);
  if (document.hidden) leaving = setTimeout(leave, 10_000);
  else if (!stream && !asking) follow();
});
window.addEventListener('pagehide', leave);
window.addEventListener('pageshow', (event) => { if (event.persisted) follow(); });

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

switchOn(document);
document.documentElement.dataset.listens = '';
follow();
