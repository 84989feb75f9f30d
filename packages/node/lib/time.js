'use strict';
// Moments and durations in nanoseconds, as the program counts them. A Date has only milliseconds.

const SECOND = 1_000_000_000n;
/** The nanoseconds of a unit, by the beginning of its name: `m`, `min`, `minutes`. */
const UNITS = [
  [/^w/, 604_800n * SECOND],
  [/^d/, 86_400n * SECOND],
  [/^h/, 3_600n * SECOND],
  [/^(m|mins?|minutes?)$/, 60n * SECOND],
  [/^s/, SECOND],
  [/^(ms|milli|msec)/, 1_000_000n],
  [/^(us|µs|micro|usec)/, 1_000n],
  [/^n/, 1n],
];
const PART = /(\d+)(?:\.(\d+))?\s*([a-zµ]+)/g;

/** Nanoseconds since 1970 of a moment in RFC 3339. */
function moment(text) {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  const seconds = Date.parse(text.replace(/\.\d+/, '')) / 1000;
  return BigInt(seconds) * SECOND + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}

function rfc3339(nanoseconds) {
  const seconds = new Date(Number(nanoseconds / SECOND) * 1000).toISOString().slice(0, 19);
  const fraction = String(nanoseconds % SECOND).padStart(9, '0').replace(/0+$/, '');
  return `${seconds}${fraction && `.${fraction}`}Z`;
}

/** Nanoseconds of `1h30m`, `90s`, `2 days` or `PT31M`; undefined for what cannot be read. The server judges the text. */
function duration(text) {
  const plain = text.trim().toLowerCase();
  const parts = [...plain.replace(/^p(?=[\dt])/, '').replace(/t(?=\d)/, '').matchAll(PART)];
  const lengths = parts.map(([, count, fraction, name]) => length(count, fraction ?? '', UNITS.find(([unit]) => unit.test(name))?.[1]));
  if (lengths.length === 0 || lengths.includes(undefined)) return undefined;
  return lengths.reduce((sum, it) => sum + it);
}

function length(count, fraction, unit) {
  return unit === undefined ? undefined : BigInt(count) * unit + (BigInt(fraction || 0) * unit) / 10n ** BigInt(fraction.length);
}

/** Milliseconds since 1970, for a Date. */
function milliseconds(nanoseconds) {
  return Number(nanoseconds / 1_000_000n);
}

module.exports = { duration, milliseconds, moment, rfc3339 };
