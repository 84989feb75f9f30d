#!/usr/bin/env node
'use strict';
// Runs the program with the arguments of this command.
const { spawn } = require('node:child_process');
const { constants } = require('node:os');

const { findProgram } = require('../lib/platform.js');

let program;
try {
  program = findProgram();
} catch (error) {
  console.error(error.message);
  process.exit(3);
}
const child = spawn(program, process.argv.slice(2), { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`playmoney: ${error.message}`);
  process.exit(3);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
