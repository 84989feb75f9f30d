// The action's post step: ends the server, and shows its log.
'use strict';
const fs = require('node:fs');

const END_MAX_MS = 10_000;
const { STATE_pid: pid, STATE_log: log } = process.env;

const runs = () => {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
};

async function main() {
  if (!pid) return;
  if (runs()) process.kill(Number(pid), 'SIGTERM');
  for (const end = Date.now() + END_MAX_MS; runs() && Date.now() < end; ) await new Promise((done) => setTimeout(done, 20));
  if (runs()) process.kill(Number(pid), 'SIGKILL');
  // A line of the log that looks like a command of the runner is not one.
  const stop = `playmoney-${process.pid}-${Date.now()}`;
  console.log(`::group::The log of Playmoney\n::stop-commands::${stop}`);
  console.log(fs.readFileSync(log, 'utf8').trimEnd());
  console.log(`::${stop}::\n::endgroup::`);
}

main();
