'use strict';
// One server for all test files of a run. Test runners give each file a process or a thread of its own, so the first one that needs
// the server starts a keeper, and all of them stay connected to it. The keeper ends when these processes and the runner have gone, and
// `playmoney exec` ends the server with it, so nothing is left behind, even when the run is killed.
const { spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const { closeSync, lstatSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { connect: dial } = require('node:net');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');

const { version } = require('../package.json');
const { findProgram } = require('./platform.js');
const { connect } = require('./server.js');

const POLL_MS = 10;
const START_MS_MAX = 30_000;

/** In which a keeper has noticed that its server has ended. */
const LOST_MS_MAX = 2_000;

let current;
/** Is done when the keeper of the present server has gone. */
let gone = Promise.resolve();

/** The server of this run; the one at PLAYMONEY_URL when that is set. */
function sharedServer() {
  current ??= open().then(compared).catch((error) => {
    current = undefined;
    throw error;
  });
  return current;
}

/** PLAYMONEY_BIN, PATH or PLAYMONEY_URL can name a server of another version. */
async function compared(server) {
  const { version: theirs } = await server.control('GET', 'health');
  const text = `The server is Playmoney ${theirs}, and this package ${version}: some calls may be unknown to it.`;
  if (theirs !== version) process.emitWarning(text, 'PlaymoneyWarning');
  return server;
}

/** The server behind one that has not answered: a new one, if it has ended. */
async function nextServer() {
  const limit = new AbortController();
  await Promise.race([gone, pause(LOST_MS_MAX, undefined, { signal: limit.signal }).catch(() => {})]);
  limit.abort();
  return sharedServer();
}

async function open() {
  const { PLAYMONEY_URL: url, PLAYMONEY_ADMIN_TOKEN: token } = process.env;
  if (url) return connect(url, { token });
  const program = findProgram();
  const folder = folderOf(program);
  for (const end = now() + START_MS_MAX; now() < end; await pause(POLL_MS)) {
    const server = await enter(folder);
    if (server) return server;
    if (lock(folder)) await start(program, folder).finally(() => rmSync(join(folder, 'lock'), { force: true }));
  }
  throw new Error(`No server was ready within ${START_MS_MAX / 1000} seconds. Its files are in ${folder}.`);
}

/** Real time that a faked Date does not change. */
function now() {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** The runner is the parent of its workers; threads have the parent of their process. */
function folderOf(program) {
  const key = createHash('sha256').update(program).digest('hex').slice(0, 8);
  const folder = join(tmpdir(), `playmoney-${process.getuid?.() ?? 'user'}-${process.ppid}-${key}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  const isOwn = process.getuid === undefined || found.uid === process.getuid();
  if (!found.isDirectory() || !isOwn) throw new Error(`${folder} belongs to another user. Remove it, or set TMPDIR to another folder.`);
  return folder;
}

/** Connects to the keeper, if one is there. */
function enter(folder) {
  const port = read(join(folder, 'ready'));
  if (!port) return undefined;
  return new Promise((resolve) => {
    const socket = dial({ host: '127.0.0.1', port: Number(port) });
    let text = '';
    const closed = new Promise((done) => socket.once('close', done));
    socket.setEncoding('utf8');
    socket.write(String(process.pid));
    socket.on('error', () => {});
    socket.on('data', (it) => {
      text += it;
      if (!text.endsWith('\n')) return;
      // It must not keep the process of the tests alive.
      socket.unref();
      gone = closed;
      resolve(connect(JSON.parse(text).url));
    });
    socket.on('close', () => {
      current = undefined;
      resolve(undefined);
    });
  });
}

/** Whether this process is the one that starts the keeper. */
function lock(folder) {
  const file = join(folder, 'lock');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (isStale(file)) rmSync(file, { force: true });
    return false;
  }
}

/** Whether the process that has made the lock was killed. */
function isStale(file) {
  try {
    const age = Date.now() - statSync(file).mtimeMs;
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return age > START_MS_MAX;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

async function start(program, folder) {
  rmSync(join(folder, 'ready'), { force: true });
  const complaint = join(folder, `complaint-${process.pid}`);
  const output = openSync(complaint, 'w');
  const ids = [process.ppid, process.pid].map(String);
  const child = spawn(program, ['exec', '--', process.execPath, join(__dirname, 'keeper.js'), folder, ...ids], {
    detached: true,
    env: plain(process.env),
    stdio: ['ignore', 'ignore', output],
    windowsHide: true,
  });
  closeSync(output);
  child.unref();
  let end;
  child.once('error', (error) => (end = error.message));
  child.once('exit', (code, signal) => (end = `it has ended (${signal ?? `exit code ${code}`})`));
  for (const limit = now() + START_MS_MAX; !read(join(folder, 'ready')); await pause(POLL_MS)) {
    if (end === undefined && now() < limit) continue;
    const said = read(complaint) ?? '';
    rmSync(complaint, { force: true });
    throw new Error(`${program} exec cannot serve the tests: ${end ?? 'it was not ready in time'}\n${said}`);
  }
  rmSync(complaint, { force: true });
}

/** Without what a test runner says to its own children. */
function plain(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^NODE_/.test(name)));
}

function read(file) {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

module.exports = { nextServer, sharedServer };
