'use strict';
// Lets simulated time pass.
const { PlaymoneyError } = require('./control.js');
const { duration, milliseconds, moment, rfc3339 } = require('./time.js');

/** As far as `until` looks ahead when the caller names no limit, which is what the server does. */
const LIMIT = '30d';

/** What a caller of `advance` means: a duration, a moment, or the body of the call. */
function parse(span) {
  if (typeof span === 'string') return /^\d{4}-/.test(span) ? { to: span } : { by: span };
  if (span instanceof Date) return { to: span.toISOString() };
  if (span !== null && typeof span === 'object') return span.to instanceof Date ? { ...span, to: span.to.toISOString() } : span;
  throw new TypeError(`advance takes a duration such as '31m', a Date, or { until: 'idle' }, and not ${String(span)}.`);
}

/** One walk. An incomplete one is continued until it is done. */
async function advance(ask, span) {
  const report = await ask('POST', 'clock/advance', span);
  while (report.incomplete) {
    const next = await ask('POST', 'clock/advance', rest(span, report));
    if (next.incomplete && next.now === report.now && isEmpty(next)) throw stuck(next);
    append(report, next);
  }
  return report;
}

/** What is left of a walk that has stopped before its end. */
function rest(span, { from, now }) {
  if (span.to !== undefined) return span;
  const ahead = duration(span.by ?? span.limit ?? LIMIT);
  if (ahead === undefined) throw new TypeError(`the duration ${span.by ?? span.limit} cannot be continued: write it as 1h30m or PT90M`);
  const end = moment(from) + ahead;
  return span.by === undefined ? { ...span, limit: `${end - moment(now)}ns` } : { to: rfc3339(end) };
}

function isEmpty({ fired_total: fired, deliveries_total: deliveries }) {
  return fired === 0 && deliveries === 0;
}

function stuck({ now }) {
  return new PlaymoneyError(`Time stands at ${now}: something is due there, and does not happen.`);
}

function append(report, next) {
  report.now = next.now;
  report.fired.push(...next.fired);
  report.deliveries.push(...next.deliveries);
  report.fired_total += next.fired_total;
  report.deliveries_total += next.deliveries_total;
  if (next.incomplete) report.incomplete = true;
  else delete report.incomplete;
}

/**
 * The same walk in steps from one due moment to the next. The application's clock is set before each step, so that the application
 * has the sandbox's time when it receives a webhook. Two steps are equal to one walk over both.
 */
async function advanceWith(follow, ask, span) {
  const clock = await ask('GET', 'clock');
  const end = goal(span, clock.now);
  if (clock.mode !== 'frozen' || end === undefined) {
    const report = await advance(ask, span);
    await follow(milliseconds(moment(report.now)));
    return report;
  }
  // What happened since the report before stands in this one.
  const report = await advance(ask, { by: '0s' });
  for (;;) {
    if (span.until === 'delivery' && report.deliveries.length > 0) return report;
    const { next } = await ask('GET', 'clock');
    if (next === null && span.until !== undefined) return report;
    const isDue = next !== null && moment(next.at) <= end;
    const to = isDue ? moment(next.at) : end;
    await follow(milliseconds(to));
    const step = await advance(ask, { to: rfc3339(to) });
    if (isDue && to === moment(step.from) && isEmpty(step)) throw stuck(step);
    append(report, step);
    if (!isDue || span.until === 'next') return report;
  }
}

/** Where a walk ends at the latest, or undefined when the server has to say what is wrong with it. */
function goal(span, now) {
  if (span.to !== undefined) return Number.isNaN(Date.parse(span.to)) ? undefined : atLeast(moment(span.to), moment(now));
  const ahead = duration(span.by ?? span.limit ?? LIMIT);
  return ahead === undefined ? undefined : moment(now) + ahead;
}

/** A walk backwards is refused by the server. */
function atLeast(end, now) {
  return end < now ? undefined : end;
}

module.exports = { advance, advanceWith, parse };
