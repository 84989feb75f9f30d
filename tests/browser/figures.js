// Figures of the dashboard before 10,000 objects and 10,000 entries. Not a test: `node tests/browser/figures.js` prints them. With
// PLAYMONEY_PROGRAM it measures another build than target/debug/playmoney.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { open } from './chromium.js';
import { Server } from './server.js';
import { Shop } from './shop.js';

const OBJECTS = 10_000;
const AT_ONCE = 16;
const IDLE_SECONDS = 30;
const TICKS_PER_SECOND = 100;
const CALLS = 3_000;
const LONG_MICROSECONDS = 50_000;

function print(what, value) {
  console.log(`${what.padEnd(60)} ${value}`);
}

const milliseconds = (it) => `${it.toFixed(1)} ms`;

/** Objects of three providers. */
async function fill(shop) {
  const kinds = [() => shop.invoice(), () => shop.payout(), () => shop.charge()];
  let made = 0;
  const worker = async () => {
    while (made < OBJECTS) await kinds[(made += 1) % kinds.length]();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Processor time of a process so far, in seconds. */
function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function idle(pid) {
  const before = processorSeconds(pid);
  await sleep(IDLE_SECONDS * 1_000);
  return `${(((processorSeconds(pid) - before) / IDLE_SECONDS) * 100).toFixed(2)} % of a core`;
}

/** How long a call takes, one after the other. */
async function callTimes(server) {
  const times = [];
  for (let calls = 0; calls < CALLS; calls += 1) {
    const started = performance.now();
    const answer = await fetch(`${server.url}/quantum-payouts/api/v1/features`, { headers: { authorization: 'Bearer qm_test_token' } });
    await answer.arrayBuffer();
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  return `${times[CALLS / 2].toFixed(3)} ms, 99 of 100 within ${times[Math.floor(CALLS * 0.99)].toFixed(3)} ms`;
}

/** The longest tasks of a page's main thread while that is done: how long each took, and how much of the processor. */
async function tasksOf(page, work) {
  await page.context().browser().startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'] });
  await work();
  const { traceEvents: all } = JSON.parse((await page.context().browser().stopTracing()).toString());
  const thread = ({ pid, tid }) => `${pid} ${tid}`;
  const mains = new Set(all.filter((it) => it.name === 'thread_name' && it.args.name === 'CrRendererMain').map(thread));
  const tasks = all.filter((it) => it.name.endsWith('RunTask') && it.dur && mains.has(thread(it)));
  const over = (by) => tasks.filter((it) => it[by] > LONG_MICROSECONDS).length;
  const longest = (by) => milliseconds(Math.max(0, ...tasks.map((it) => it[by] ?? 0)) / 1_000);
  return `${over('dur')} over 50 ms (${over('tdur')} by processor time); longest ${longest('dur')} (${longest('tdur')} by processor time)`;
}

/** Scrolls a list of the dashboard to and fro with the wheel. */
async function scroll(page, id) {
  const box = await page.getByTestId(id).boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (const by of [400, 4_000, 40_000, -4_000, -40_000]) {
    for (let turns = 0; turns < 25; turns += 1) {
      await page.mouse.wheel(0, by);
      await sleep(30);
    }
  }
}

async function memory(page) {
  const debug = await page.context().newCDPSession(page);
  await debug.send('HeapProfiler.collectGarbage');
  const { usedSize } = await debug.send('Runtime.getHeapUsage');
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
  return `${(usedSize / 1_048_576).toFixed(1)} MiB of JavaScript, ${nodes} elements`;
}

async function dashboard(browser, server, section) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const opens = await tasksOf(page, async () => {
    const started = performance.now();
    await page.goto(`${server.url}/__admin/${section.hash}`);
    await page.getByTestId(section.row).first().waitFor();
    print(`${section.name}: rows are there after`, milliseconds(performance.now() - started));
    await sleep(2_000);
  });
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
  print(`${section.name}: first paint after`, milliseconds(paint));
  print(`${section.name}: tasks while it opens`, opens);
  print(`${section.name}: tasks while it scrolls`, await tasksOf(page, () => scroll(page, section.list)));
  print(`${section.name}: memory`, await memory(page));
  return page;
}

const SECTIONS = [
  { name: 'timeline', hash: '', list: 'timeline', row: 'entry' },
  { name: 'objects', hash: '#objects', list: 'objects', row: 'object' },
];

const server = await Server.start();
const browser = await open();
try {
  const shop = await Shop.open(await server.known('default'));
  print('calls, empty sandbox, no dashboard', await callTimes(server));
  print('idle server, no dashboard', await idle(server.pid));
  await fill(shop);
  const pages = [];
  for (const section of SECTIONS) pages.push(await dashboard(browser, server, section));
  await pages.pop().close();
  print('idle server, one open dashboard', await idle(server.pid));
  const busy = await tasksOf(pages[0], async () => {
    print('calls, 10,000 objects, one open dashboard', await callTimes(server));
    await sleep(2_000);
  });
  print('timeline: tasks during these calls', busy);
  print('timeline: memory after them', await memory(pages[0]));
  await pages[0].close();
  print('calls, 10,000 objects, no dashboard', await callTimes(server));
  await shop.close();
} finally {
  await Promise.all([browser.close(), server.stop()]);
}
