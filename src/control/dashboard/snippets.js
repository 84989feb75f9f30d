// An entry as something to use again: a command, a step of a scenario, a rule.
import { base, quoted } from './api.js';
import { yaml } from './format.js';
import { readExactly } from './json.js';
import { PROVIDERS } from './providers.js';

const LEFT_OUT = ['host', 'content-length', 'connection', 'accept-encoding', 'transfer-encoding'];

/** A header as curl takes it; one without a value would be left out. */
function header([name, value]) {
  return `-H ${quoted(String(value) === '' ? `${name};` : `${name}: ${value}`)}`;
}

/** A message as a command. Bytes that are not text come from a pipe. */
function command(method, url, { headers, body, encoding }, more = []) {
  const kept = Object.entries(headers).filter(it => !LEFT_OUT.includes(it[0].toLowerCase()));
  const parts = ['curl', '-X', method, quoted(url), ...more, ...kept.map(header)];
  if (body && encoding === 'base64') return `printf %s ${quoted(body)} | base64 -d | ${[...parts, '--data-binary', '@-'].join(' ')}`;
  if (body) parts.push('--data-raw', quoted(body));
  return parts.join(' ');
}

/** What stands before the paths of this server in its address. */
function root() {
  return base.pathname.replace(/(s\/[^/]+\/)?__admin\/$/, '');
}

/** A request to a provider as a command. */
export function requestAsCurl(request) {
  const { method, path, headers } = request;
  const isBelow = path.startsWith(root());
  const url = base.origin + (isBelow ? path : root() + path.replace(/^\//, ''));
  // A provider's own host says whose path it is.
  const isOwnHost = headers.host && !PROVIDERS.some(it => path.includes(`/${it[0]}/`)) && headers.host !== base.host;
  return command(method, url, request, isOwnHost ? ['-H', quoted(`host: ${headers.host}`)] : []);
}

/** A webhook as a command that posts it again. */
export function webhookAsCurl(url, message) {
  return command('POST', url, message);
}

/** A part of a path without its percent signs; as it is where they stand for no text. */
export function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The values at the names in braces of an operation's path. */
function inPath(pattern, path) {
  const own = pattern.split('/').filter(Boolean);
  const sent = path.split('/').filter(Boolean).slice(-own.length);
  const pairs = own.map((it, index) => [it.match(/^\{(.+)\}$/)?.[1], sent[index]]).filter(it => it[0] && it[1]);
  return Object.fromEntries(pairs.map(([name, it]) => [name, decoded(it)]));
}

function inBody({ body, headers }) {
  if (!body) return {};
  try {
    const read = readExactly(body);
    return read !== null && typeof read === 'object' && !Array.isArray(read) ? read : {};
  } catch {
    return (headers['content-type'] || '').includes('form') ? Object.fromEntries(new URLSearchParams(body)) : {};
  }
}

/** Whether a step gives a parameter by itself: the name of the function, the key, the signature. */
function isGiven(row, name) {
  const own = row?.parameters?.find(it => it.name === name);
  return own?.schema.const !== undefined || name === row?.auth?.name || name === 'signature';
}

/** A request as a step of a scenario. */
export function requestAsStep(entry, contract) {
  const { operation, request, response } = entry;
  if (!operation) return null;
  const row = contract?.operations.find(it => `${entry.provider}.${it.name}` === operation);
  const [path, query] = request.path.split('?');
  const all = { ...(row ? inPath(row.path, path) : {}), ...Object.fromEntries(new URLSearchParams(query || '')), ...inBody(request) };
  const sent = Object.fromEntries(Object.entries(all).filter(it => !isGiven(row, it[0])));
  const step = { call: operation, ...(Object.keys(sent).length > 0 ? { with: sent } : {}), expect: { status: response?.status ?? 200 } };
  return `steps:${yaml([step], '  ')}`;
}

/** A request as a rule: the next one of its kind gets a documented error. */
export function requestAsRule(entry, contract) {
  const row = contract?.operations.find(it => `${entry.provider}.${it.name}` === entry.operation);
  const error = entry.error ?? row?.errors?.at(-1) ?? contract?.errors?.[0]?.name ?? 'internal_error';
  return { on: entry.operation, when: { times: 1 }, then: { error } };
}

/** A change that an action has brought about, as a step of a scenario. */
export function changeAsStep({ provider, subject, from, cause }, object, actions) {
  const row = from !== 'new' && cause.startsWith('act ') && actions?.find(it => it.provider === provider && it.action === cause.slice(4));
  if (!row) return null;
  const name = (row.parameters.find(it => it.name === object) || row.parameters.find(it => it.required))?.name;
  return `steps:${yaml([{ act: `${provider}.${row.action}`, ...(name ? { with: { [name]: subject } } : {}) }], '  ')}`;
}

export function webhookAsStep({ provider, event }) {
  return `steps:${yaml([{ expect_webhook: { provider, event, signature: 'valid' } }], '  ')}`;
}

export function webhookAsRule({ provider, event }) {
  return { on: `${provider}:webhook`, when: { event, times: 1 }, then: { duplicate: 2 } };
}

/** The span between two moments as a scenario writes it. */
export function span(from, to) {
  let ms = Math.max(0, Date.parse(to) - Date.parse(from));
  if (ms === 0) return '0s';
  const parts = [];
  for (const [size, unit] of [[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'm'], [1_000, 's'], [1, 'ms']]) {
    if (ms >= size) parts.push(`${Math.floor(ms / size)}${unit}`);
    ms %= size;
  }
  return parts.join('');
}
