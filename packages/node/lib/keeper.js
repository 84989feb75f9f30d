'use strict';
// Runs below `playmoney exec`, whose server lives as long as this process. It ends when no test process is
// connected and the run is over.
const { readFileSync, renameSync, rmSync, rmdirSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:net');
const { join } = require('node:path');

/** A run that plays one file at a time has none connected between two of them. Its runner can be a shell, which goes on for long. */
const IDLE_MS = 5000;
const POLL_MS = 200;

const [, , folder, runner] = process.argv;
const ready = join(folder, 'ready');
const parent = process.ppid;
const connections = new Set();
let idleSince = process.uptime();

const server = createServer((socket) => {
  connections.add(socket);
  socket.on('error', () => {});
  socket.on('close', () => {
    connections.delete(socket);
    idleSince = process.uptime();
  });
  // What arrives is not read for its content; without a reader, the end would not be seen.
  socket.resume();
  socket.write(`${JSON.stringify({ url: process.env.PLAYMONEY_URL })}\n`);
});

server.listen(0, '127.0.0.1', () => {
  writeFileSync(`${ready}.${process.pid}`, String(server.address().port), { mode: 0o600 });
  renameSync(`${ready}.${process.pid}`, ready);
  setInterval(look, POLL_MS);
});

function look() {
  const isIdle = connections.size === 0 && (!isAlive(Number(runner)) || process.uptime() - idleSince > IDLE_MS / 1000);
  // Without its parent, the server has ended.
  if (isIdle || process.ppid !== parent) stop();
}

function isAlive(id) {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
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
