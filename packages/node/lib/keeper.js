'use strict';
// Runs below `playmoney exec`, whose server lives as long as this process. It ends when the run is over.
const { readFileSync, renameSync, rmSync, rmdirSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:net');
const { join } = require('node:path');

/** Between two files of a run, no process of tests may be there. The runner can be a shell, which goes on for long. */
const IDLE_MS = 10_000;
const POLL_MS = 200;

const [, , folder, runner, starter] = process.argv;
const ready = join(folder, 'ready');
const parent = process.ppid;
const connections = new Set();
/** The processes that use the server. One that plays its files in threads goes on between two of them. */
const processes = new Set([Number(starter)]);
let idleSince = process.uptime();

const server = createServer((socket) => {
  connections.add(socket);
  socket.on('error', () => {});
  socket.on('close', () => connections.delete(socket));
  socket.on('data', (it) => processes.add(Number(it)));
  socket.write(`${JSON.stringify({ url: process.env.PLAYMONEY_URL })}\n`);
});

server.listen(0, '127.0.0.1', () => {
  writeFileSync(`${ready}.${process.pid}`, String(server.address().port), { mode: 0o600 });
  renameSync(`${ready}.${process.pid}`, ready);
  setInterval(look, POLL_MS);
});

function look() {
  for (const it of processes) if (!isAlive(it)) processes.delete(it);
  const isUsed = connections.size > 0 || processes.size > 0;
  if (isUsed) idleSince = process.uptime();
  const isOver = !isUsed && (!isAlive(Number(runner)) || process.uptime() - idleSince > IDLE_MS / 1000);
  // Without its parent, the server has ended. On Windows, the id of a parent stays.
  if (isOver || process.ppid !== parent || !isAlive(parent)) stop();
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
