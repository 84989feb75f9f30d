'use strict';
// A Date that says what it is told. The mock timers of Node have one only in newer versions.

let real;
let now;

const told = {
  construct: (target, given, made) => Reflect.construct(target, given.length ? given : [now], made),
  apply: (target) => new target(now).toString(),
  get: (target, key) => (key === 'now' ? () => now : Reflect.get(target, key)),
};

function start(moment) {
  real ??= globalThis.Date;
  now = moment;
  globalThis.Date = new Proxy(real, told);
}

function set(moment) {
  now = moment;
}

function stop() {
  if (real) globalThis.Date = real;
  real = undefined;
}

module.exports = { set, start, stop };
