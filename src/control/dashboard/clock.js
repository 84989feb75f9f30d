// The simulated clock: what it shows, how it runs, and what happened when it moved.
import { html, useState } from './preact.js';
import { clockTime, count, date } from './format.js';
import { nowText, useNow } from './now.js';
import { Said, Tag } from './parts.js';
import { update, useStore } from './store.js';
import { goOn, sayOfClock, setMode, walk } from './walk.js';

const SPANS = [['1s', '+1 s'], ['1m', '+1 m'], ['1h', '+1 h'], ['1d', '+1 d']];
const UNTILS = [
  ['next', 'Next', 'Until the next thing is due'],
  ['delivery', 'Delivery', 'Until the next attempt of a webhook'],
  ['idle', 'Idle', 'Until nothing is left to come, 30 days at most'],
];
const ROWS_MAX = 100;

function Face() {
  useNow();
  const clock = useStore(it => it.clock);
  const now = nowText();
  if (!clock) return html`<span class="face"><b>--:--:--</b></span>`;
  return html`<span class="face" data-testid="clock-now" data-now=${clock.now}><b>${clockTime(now).slice(0, 8)}</b><span class="soft">${date(now)}</span></span>
    <${Tag} word=${clock.mode === 'scaled' ? `× ${clock.rate}` : clock.mode} tone=${clock.mode === 'frozen' ? 'info' : 'good'} testid="clock-mode" />`;
}

/** Lets time run at what is written in the field. */
function scale(text) {
  const rate = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(rate) && rate > 0) setMode('scale', { rate });
  else sayOfClock('A rate is a number above 0: 60 lets a minute pass in each second.');
}

/** Lets time pass by a span, or to a moment. The server judges it. */
function pass(text) {
  const asked = text.trim();
  if (asked === '') return;
  walk(/^\d{4,}-/.test(asked) ? { to: asked } : { by: asked });
}

export function Clock() {
  const clock = useStore(it => it.clock);
  const [open, setOpen] = useState(false);
  const [rate, setRate] = useState('60');
  const [span, setSpan] = useState('');
  const busy = useStore(it => it.walking);
  const said = useStore(it => it.walkSaid);
  return html`<div class="clock ${open ? 'open' : ''}" role="group" aria-label="Simulated clock" data-testid="clock">
    <button type="button" class="quiet toggle-clock" data-testid="clock-toggle" aria-expanded=${open} onClick=${() => setOpen(!open)}><${Face} /></button>
    <div class="controls">
      ${SPANS.map(([by, word]) => html`<button key=${by} type="button" data-testid=${`clock-by-${by}`} disabled=${busy} onClick=${() => walk({ by })}>${word}</button>`)}
      ${UNTILS.map(([until, word, title]) => html`<button key=${until} type="button" title=${title} data-testid=${`clock-${until}`} disabled=${busy} onClick=${() => walk({ until })}>${word}</button>`)}
      <form onSubmit=${it => { it.preventDefault(); pass(span); }}>
        <input class="span" aria-label="A span such as 31m, or a moment such as 2026-01-01T12:00:00Z" data-testid="clock-span" placeholder="31m" value=${span} onInput=${it => setSpan(it.target.value)} />
        <button type="submit" title="Let that span pass, or go on to that moment" data-testid="clock-pass" disabled=${busy}>Pass</button></form>
      <span class="gap"></span>
      <button type="button" data-testid="clock-freeze" disabled=${busy || clock?.mode === 'frozen'} onClick=${() => setMode('freeze')}>Freeze</button>
      <button type="button" data-testid="clock-resume" disabled=${busy || clock?.mode === 'real'} onClick=${() => setMode('resume')}>Resume</button>
      <form onSubmit=${it => { it.preventDefault(); scale(rate); }}>
        <input aria-label="Rate: simulated seconds for each real second" data-testid="clock-rate" inputmode="decimal" value=${rate} onInput=${it => setRate(it.target.value)} />
        <button type="submit" title="Let time run at this rate" data-testid="clock-scale" disabled=${busy}>× rate</button></form>
    </div>
    ${said && html`<${Said} words=${said} bad=${true} testid="clock-said" />`}
  </div>`;
}

/** What has fired and which attempts have left, in the order of their moments. */
export function inOrder({ fired, deliveries }) {
  const things = fired.map(it => [it.at, it.subject, `${it.kind} · ${it.detail}`]);
  const attempts = deliveries.map(it => [it.at, it.event, `${it.id} attempt ${it.attempt} for ${it.subject}: ${it.status ?? it.error}`]);
  // Without the last letter, so that a moment of a whole second stands before its parts.
  const moment = it => it[0].slice(0, -1);
  return [...things, ...attempts].sort((a, b) => (moment(a) < moment(b) ? -1 : moment(a) > moment(b) ? 1 : 0));
}

/** What has happened in a walk through time. */
export function Report() {
  const report = useStore(it => it.report);
  const busy = useStore(it => it.walking);
  if (!report) return null;
  const { fired_total: things, deliveries_total: attempts } = report;
  const close = () => update({ report: null });
  const rows = inOrder(report).slice(0, ROWS_MAX);
  return html`<aside class="report" data-testid="clock-fired" aria-label="What happened" onKeyDown=${it => it.key === 'Escape' && close()}>
    <header><div><p class="kicker">${clockTime(report.from)} → ${clockTime(report.now)}${report.incomplete ? ' · cut short' : ''}</p>
      <div role="status"><h2>${things + attempts === 0 ? 'Nothing was due' : `${count(things, 'thing')} fired, ${count(attempts, 'webhook attempt')}`}</h2></div></div>
      <span class="buttons">${report.incomplete && html`<button type="button" class="small" data-testid="clock-go-on" disabled=${busy} onClick=${() => goOn(report)}>Go on</button>`}
      <button type="button" class="icon" aria-label="Close" data-testid="clock-fired-close" onClick=${close}>×</button></span></header>
    ${rows.length > 0 && html`<ol tabindex="0" aria-label="What happened, in order">
      ${rows.map(([at, name, note], index) => html`<li key=${index}><span class="when">${clockTime(at)}</span> <b>${name}</b> <span class="note">${note}</span></li>`)}
      ${things + attempts > rows.length && html`<li class="soft">… the timeline has the rest</li>`}
    </ol>`}
  </aside>`;
}
