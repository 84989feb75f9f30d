// How times and words are written.
import { Exact } from './json.js';

const UNITS = [[86_400, 'd'], [3_600, 'h'], [60, 'min'], [1, 's']];

/** `2026-11-29T17:41:48.171232045Z` as `17:41:48.171`, or with its date. */
export function clockTime(at) {
  return at ? at.slice(11, 19) + (at[19] === '.' ? at.slice(19, 23).padEnd(4, '0') : '.000') : '';
}

export function date(at) {
  return at ? at.slice(0, 10) : '';
}

export function full(at) {
  return at ? `${date(at)} ${clockTime(at)} UTC` : '';
}

/** The distance of a moment from now: `in 3 min`, `12 s ago`. */
export function relative(at, nowMs) {
  const seconds = Math.round((Date.parse(at) - nowMs) / 1000);
  if (Number.isNaN(seconds)) return '';
  const size = Math.abs(seconds);
  if (size === 0) return 'now';
  const [unit, word] = UNITS.find(it => it[0] <= size);
  const rest = Math.floor((size % unit) / (unit === 86_400 ? 3_600 : unit === 3_600 ? 60 : 1));
  const tail = rest && unit > 60 ? ` ${rest} ${unit === 86_400 ? 'h' : 'min'}` : '';
  const text = `${Math.floor(size / unit)} ${word}${tail}`;
  return seconds > 0 ? `in ${text}` : `${text} ago`;
}

export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** A value as YAML, in one line where it has no members. */
export function yaml(value, indent = '') {
  if (value === null || typeof value !== 'object' || value instanceof Exact) return scalar(value);
  const rows = Array.isArray(value) ? value.map(it => ['-', it]) : Object.entries(value).map(([name, it]) => [`${scalar(name)}:`, it]);
  if (rows.length === 0) return Array.isArray(value) ? '[]' : '{}';
  return rows.map(([name, it]) => {
    const nested = it !== null && typeof it === 'object' && Object.keys(it).length > 0;
    // The first member of an item stands behind its dash.
    if (nested && name === '-') return `\n${indent}- ${yaml(it, `${indent}  `).trimStart()}`;
    return `\n${indent}${name}${nested ? yaml(it, `${indent}  `) : ` ${yaml(it)}`}`;
  }).join('');
}

function scalar(value) {
  const isPlain = typeof value === 'string' && /^[A-Za-z_][\w./-]*$/.test(value) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}
