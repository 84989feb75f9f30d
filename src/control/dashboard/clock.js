// The simulated clock: what it shows, how it runs, and what happened when it moved.
import { html, useState } from './preact.js';
import { send } from './api.js';
import { clockTime, count, date } from './format.js';
import { lookSoon, nowText, setClock, useNow } from './now.js';
import { Said, Tag, useAction } from './parts.js';
import { update, useStore } from './store.js';

const SPANS = [['1s', '+1 s'], ['1m', '+1 m'], ['1h', '+1 h'], ['1d', '+1 d']];
const UNTILS = [
  ['next', 'Next', 'Until the next thing is due'],
  ['delivery', 'Next delivery', 'Until the next attempt of a webhook'],
  ['idle', 'Until idle', 'Until nothing is left to come, 30 days at most'],
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

export function Clock() {
  const clock = useStore(it => it.clock);
  const [open, setOpen] = useState(false);
  const [rate, setRate] = useState('60');
  const [said, run] = useAction();
  const advance = body => run(async () => {
    const report = await send('POST', 'clock/advance', body);
    update({ report });
    lookSoon();
  });
  const mode = (word, body = {}) => run(async () => setClock(await send('POST', `clock/${word}`, body)));
  return html`<div class="clock ${open ? 'open' : ''}" role="group" aria-label="Simulated clock" data-testid="clock">
    <button type="button" class="quiet toggle-clock" data-testid="clock-toggle" aria-expanded=${open} onClick=${() => setOpen(!open)}><${Face} /></button>
    <div class="controls">
      ${SPANS.map(([by, word]) => html`<button key=${by} type="button" data-testid=${`clock-by-${by}`} disabled=${said.busy} onClick=${() => advance({ by })}>${word}</button>`)}
      ${UNTILS.map(([until, word, title]) => html`<button key=${until} type="button" title=${title} data-testid=${`clock-${until}`} disabled=${said.busy} onClick=${() => advance({ until })}>${word}</button>`)}
      <span class="gap"></span>
      <button type="button" data-testid="clock-freeze" disabled=${said.busy || clock?.mode === 'frozen'} onClick=${() => mode('freeze')}>Freeze</button>
      <button type="button" data-testid="clock-resume" disabled=${said.busy || clock?.mode === 'real'} onClick=${() => mode('resume')}>Resume</button>
      <form onSubmit=${it => { it.preventDefault(); mode('scale', { rate: Number(rate) }); }}>
        <input aria-label="Rate: simulated seconds for each real second" data-testid="clock-rate" inputmode="decimal" value=${rate} onInput=${it => setRate(it.target.value)} />
        <button type="submit" title="Let time run at this rate" data-testid="clock-scale" disabled=${said.busy}>× rate</button></form>
    </div>
    ${said.words && html`<${Said} words=${said.words} bad=${said.bad} testid="clock-said" />`}
  </div>`;
}

/** What has happened in a walk through time. */
export function Report() {
  const report = useStore(it => it.report);
  if (!report) return null;
  const { fired, deliveries, fired_total: things, deliveries_total: attempts } = report;
  const close = () => update({ report: null });
  return html`<aside class="report" data-testid="clock-fired" aria-label="What happened" onKeyDown=${it => it.key === 'Escape' && close()}>
    <header><div><p class="kicker">${clockTime(report.from)} → ${clockTime(report.now)}${report.incomplete ? ' · cut short' : ''}</p>
      <div role="status"><h2>${things + attempts === 0 ? 'Nothing was due' : `${count(things, 'thing')} fired, ${count(attempts, 'webhook attempt')}`}</h2></div></div>
      <button type="button" class="icon" aria-label="Close" data-testid="clock-fired-close" onClick=${close}>×</button></header>
    ${things + attempts > 0 && html`<ol tabindex="0" aria-label="What happened, in order">
      ${fired.slice(0, ROWS_MAX).map((it, index) => html`<li key=${`f${index}`}><span class="when">${clockTime(it.at)}</span> <b>${it.subject}</b> <span class="note">${it.kind} · ${it.detail}</span></li>`)}
      ${deliveries.slice(0, ROWS_MAX).map((it, index) => html`<li key=${`d${index}`}><span class="when">${clockTime(it.at)}</span> <b>${it.event}</b> <span class="note">${it.id} attempt ${it.attempt} for ${it.subject}: ${it.status ?? it.error}</span></li>`)}
      ${fired.length > ROWS_MAX && html`<li class="soft">… the timeline has the rest</li>`}
    </ol>`}
  </aside>`;
}
