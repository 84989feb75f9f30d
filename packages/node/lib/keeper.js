'use strict';
// Runs below `playmoney exec`, whose server lives as long as this process. It ends when no test process was connected for a while.
const { readFileSync, renameSync, rmSync, rmdirSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:net');
const { join } = require('node:path');

/** A run that plays one file at a time has none connected between two of them. */
const IDLE_MS = 2000;
const PARENT_MS = 500;

const folder = process.argv[2];
const ready = join(folder, 'ready');
const parent = process.ppid;
const connections = new Set();
let idle;

const server = createServer((socket) => {
  connections.add(socket);
  clearTimeout(idle);
  socket.on('error', () => {});
  socket.on('close', () => {
    connections.delete(socket);
    rest();
  });
  // What arrives is not read for its content; without a reader, the end would not be seen.
  socket.resume();
  socket.write(`${JSON.stringify({ url: process.env.PLAYMONEY_URL })}\n`);
});

server.listen(0, '127.0.0.1', () => {
  writeFileSync(`${ready}.${process.pid}`, String(server.address().port), { mode: 0o600 });
  renameSync(`${ready}.${process.pid}`, ready);
  rest();
});

function rest() {
  if (connections.size === 0) idle = setTimeout(stop, IDLE_MS);
}

/** Removes its own files only: another keeper may have begun. */
function stop() {
  try {
    if (readFileSync(ready, 'utf8') === String(server.address().port)) rmSync(ready);
    rmdirSync(folder);
  } catch {
    // Something is still in the folder, or another process has removed it.
  }
  process.exit(0);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
// Without its parent, the server has ended.
setInterval(() => process.ppid === parent || stop(), PARENT_MS).unref();
