// The calls of the control API. Addresses are relative to the page, so they mean the sandbox whose dashboard this is.
import { readExactly } from './json.js';
import { store, update } from './store.js';

const TOKEN = 'playmoney-admin-token';
const SAID_MAX = 50;

/** Where the control API of this sandbox begins. */
export const base = new URL('.', location.href);

/** Where the control API of another sandbox of this server begins. */
export function baseOf(sandbox) {
  const root = base.pathname.replace(/(s\/[^/]+\/)?__admin\/$/, '');
  return sandbox === 'default' ? `${root}__admin/` : `${root}s/${encodeURIComponent(sandbox)}/__admin/`;
}

export function token() {
  return sessionStorage.getItem(TOKEN);
}

export function setToken(value) {
  sessionStorage.setItem(TOKEN, value);
  update({ needsToken: false, tokenSet: value });
}

function headers(type) {
  const own = type ? { 'content-type': type } : {};
  return token() ? { ...own, authorization: `Bearer ${token()}` } : own;
}

/** A call that is refused, as the problem document says. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    Object.assign(this, { status, problem });
  }
}

/** A request with the token of this tab. Where it is refused, the form for the token says so. */
async function fetched(url, { type, ...rest } = {}) {
  // A call to a sandbox that is gone could make a new one of its name.
  if (store.connection === 'deleted') throw new Refused(410, { detail: 'This sandbox was deleted.' });
  const used = token();
  const response = await fetch(url, { ...rest, headers: headers(type) });
  // An answer to an older token says nothing about the one of now.
  if (response.status === 401 && used === token()) update({ needsToken: true, tokenRefused: Boolean(used) });
  return response;
}

async function answered(response) {
  const text = await response.text();
  let read;
  try {
    read = text === '' ? null : readExactly(text);
  } catch {
    read = { detail: text.slice(0, 500) };
  }
  if (!response.ok) throw new Refused(response.status, read || {});
  return read;
}

function typed(body) {
  if (body instanceof Blob) return ['application/json', body];
  return typeof body === 'string' ? ['application/yaml', body] : ['application/json', JSON.stringify(body)];
}

/** Reads something. Nothing changes. */
export async function get(path) {
  return answered(await fetched(new URL(path, base)));
}

/** Reads something as the text that it is. */
export async function getText(path) {
  const response = await fetched(new URL(path, base));
  return response.ok ? response.text() : answered(response);
}

/** Asks something with a body, which changes nothing. */
export async function ask(path, body) {
  const [type, text] = typed(body);
  return answered(await fetched(new URL(path, base), { method: 'POST', type, body: text }));
}

/** Changes something, and shows the call that did it. */
export async function send(method, path, body, { at = base, shown } = {}) {
  const [type, text] = body === undefined ? [undefined, undefined] : typed(body);
  const url = new URL(path, new URL(at, base));
  const said = { curl: curl(method, url, type, shown ?? text), at: Date.now(), outcome: 'under way' };
  store.said = [said, ...store.said].slice(0, SAID_MAX);
  update({});
  try {
    const read = await answered(await fetched(url, { method, type, body: text }));
    said.outcome = 'done';
    return read;
  } catch (why) {
    said.outcome = 'refused';
    said.why = why.message;
    throw why;
  } finally {
    update({ said: [...store.said] });
  }
}

/** Opens the stream of events behind a place. */
export async function stream(since, signal) {
  const response = await fetched(new URL(`events?since=${encodeURIComponent(since)}`, base), { signal });
  if (!response.ok) throw new Refused(response.status, {});
  return response.body;
}

/** A text as a word of a shell. */
export function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A control call as a command. */
export function curl(method, url, type, body) {
  const parts = ['curl'];
  if (method !== 'GET') parts.push('-X', method);
  parts.push(quoted(String(url)));
  if (token()) parts.push('-H "authorization: Bearer $PLAYMONEY_ADMIN_TOKEN"');
  if (type) parts.push('-H', quoted(`content-type: ${type}`));
  if (body?.startsWith('@')) parts.push('--data-binary', body);
  else if (body !== undefined) parts.push('--data-raw', quoted(body));
  return parts.join(' ');
}
