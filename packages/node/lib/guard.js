'use strict';
// Ends a process and removes its folder, when standard input is closed without a word: then the process that has started both was
// killed, and could not do it.
const { rmSync } = require('node:fs');

const POLL_MS = 50;
const POLLS_MAX = 300;

const target = Number(process.argv[2]);
const folder = process.argv[3];
let isReleased = false;

process.stdin.on('data', () => (isReleased = true));
process.stdin.on('end', () => isReleased || end('SIGTERM', 0));

function end(signal, polls) {
  try {
    process.kill(target, signal);
  } catch {
    // It has ended.
    rmSync(folder, { recursive: true, force: true });
    return;
  }
  setTimeout(end, POLL_MS, polls < POLLS_MAX ? 0 : 'SIGKILL', polls + 1);
}
