'use strict';
// Ends the process with the id of the argument when standard input is closed without a word: then the process that has started
// both was killed.
const target = Number(process.argv[2]);
let isReleased = false;

process.stdin.on('data', () => (isReleased = true));
process.stdin.on('end', () => {
  if (isReleased) return;
  try {
    process.kill(target, 'SIGTERM');
  } catch {
    // It has ended already.
  }
});
