'use strict';
// For an application in a process of its own: its Date and timers follow the clock of a sandbox, as the clock's stream tells it.
const { readFileSync } = require('node:fs');
const { setTimeout: pause } = require('node:timers/promises');

const { Control } = require('./control.js');
const { refuseUnknown } = require('./options.js');
const { mover, timersOf } = require('./timers.js');

/** How often the time is moved while the clock runs. */
const PACE_MS = 20;
/** Between two tries to read the stream. */
const AGAIN_MS = 1000;
const OPTIONS = ['url', 'sandbox', 'token', 'ca', 'fake', 'timers'];
const FUNCTIONS = ['Date', 'setTimeout', 'setInterval', 'setImmediate'];

/** Kept here, because fake timers can replace it. */
const { hrtime } = process;
const RealDate = Date;
const realMs = () => Number(hrtime.bigint() / 1_000_000n);

/** The states that a stream tells, each as `{ now, mode, rate, at_real }`. It ends when the connection does. */
async function* states(control, path, options) {
  let text = '';
  for await (const piece of control.stream(path, options)) {
    text += piece;
    const blocks = text.split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const [, kind] = /^event: (.*)$/m.exec(block) ?? [];
      if (kind === 'deleted') return;
      if (kind === 'clock') yield JSON.parse(/^data: (.*)$/m.exec(block)[1]);
    }
  }
}

class Follower {
  #control;
  #path;
  #timers;
  #move;
  #state = { rate: 0 };
  #askedAt = 0;
  #isOver = false;
  #isGone = false;
  #shown = 0;
  #reading;
  #moves = Promise.resolve();

  constructor(control, path, timers, faked) {
    this.#control = control;
    this.#path = path;
    this.#timers = timers;
    this.#move = mover(timers, faked);
  }

  async start() {
    await this.#ask();
    this.#listen();
    this.#keepPace();
    return this;
  }

  /**
   * Moves this process to the sandbox's time now; timers that are due have run then. Without it, the time follows as soon as the stream
   * has told it. An application that calls this before each request has the time of a webhook when it receives it.
   */
  look = () => this.#inTurn(() => this.#look());

  /** Express and Connect: `app.use(clock.middleware)`. */
  middleware = (request, response, next) => {
    this.look().then(() => next(), next);
  };

  /** The time is the real one again. */
  async stop() {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reading?.return();
    this.#control.close();
    await this.#inTurn(() => this.#timers.stop());
  }

  /** One move after another. What fails there is the caller's affair. */
  #inTurn(work) {
    const done = this.#moves.then(work);
    this.#moves = done.catch(() => {});
    return done;
  }

  /** When the server is gone, the time of this process stays, or goes on at its rate. */
  async #look() {
    try {
      await this.#ask();
    } catch (error) {
      this.#lost(error);
    }
  }

  /** Says once that the server is gone, and what time it is from now on. */
  #lost({ message }) {
    if (this.#isGone || this.#isOver) return;
    this.#isGone = true;
    const { rate } = this.#state;
    const shown = new RealDate(this.#shown).toISOString();
    const goes = rate ? `goes on from ${shown} at ${rate} simulated seconds a second` : `stays ${shown}`;
    console.error(`playmoney: the clock of the sandbox cannot be read (${message}): the time of this process ${goes}, until it can be read again`);
  }

  #found() {
    if (!this.#isGone) return;
    this.#isGone = false;
    console.error('playmoney: the clock of the sandbox can be read again');
  }

  async #ask() {
    if (this.#isOver) return;
    // A stream begins with the present state, which says whether a walk through time holds the clock.
    for await (const state of states(this.#control, this.#path)) {
      this.#found();
      this.#state = state;
      this.#askedAt = realMs();
      await this.#moveTo(momentOf(state));
      return;
    }
  }

  /** A timer of the application that fails is the application's affair: that is said, and the time goes on. */
  async #moveTo(moment) {
    this.#shown = moment;
    try {
      await this.#move(moment);
    } catch (error) {
      console.error('playmoney: a timer of this application has failed:', error);
    }
  }

  /** Looks whenever the stream tells something. What it tells may be old already when it is read. */
  async #listen() {
    for (; !this.#isOver; await pause(AGAIN_MS, undefined, { ref: false })) {
      this.#reading = states(this.#control, this.#path, { isBackground: true });
      try {
        for await (const _ of this.#reading) await this.look();
      } catch {
        // The server may come back.
      }
      await this.look(); // which says it when the server is gone
    }
  }

  /** While the clock runs, the time of this process passes with it. */
  async #keepPace() {
    for (; !this.#isOver; await pause(PACE_MS, undefined, { ref: false })) {
      if (!this.#state.rate) continue;
      await this.#inTurn(async () => {
        const passed = (realMs() - this.#askedAt) * this.#state.rate;
        if (!this.#isOver && this.#state.rate) await this.#moveTo(Math.floor(momentOf(this.#state) + passed));
      }).catch(() => {});
    }
  }
}

/** Milliseconds since 1970. Date.parse is that of a fake Date too. */
function momentOf({ now }) {
  return Date.parse(now.replace(/(\.\d{3})\d+/, '$1'));
}

/** Which server and sandbox, if the caller does not say it: those of the environment. */
function place({ url, sandbox, token, ca }) {
  const { PLAYMONEY_ADMIN_TOKEN, PLAYMONEY_CA_FILE, PLAYMONEY_SANDBOX, PLAYMONEY_URL } = process.env;
  const name = sandbox ?? (PLAYMONEY_SANDBOX || 'default');
  const authority = ca ?? (PLAYMONEY_CA_FILE ? readFileSync(PLAYMONEY_CA_FILE) : undefined);
  const control = new Control(url ?? (PLAYMONEY_URL || 'http://127.0.0.1:4242'), { token: token ?? PLAYMONEY_ADMIN_TOKEN, ca: authority });
  return { control, path: `sandboxes/${encodeURIComponent(name)}/clock/stream` };
}

/**
 * From now on, what `fake` names follows the clock of a sandbox, until `stop()`. `timers` is the library whose fake timers are driven;
 * without one, they are those of node:test.
 */
async function followClock(options = {}) {
  const { fake = ['Date'], timers, ...where } = options;
  refuseUnknown(options, OPTIONS);
  const faked = fake === true ? ['Date'] : fake;
  const wrong = faked.find((it) => !FUNCTIONS.includes(it));
  if (wrong) throw new TypeError(`No function is faked as ${wrong}. These are: ${FUNCTIONS.join(', ')}.`);
  const { control, path } = place(where);
  return new Follower(control, path, timersOf(timers ?? require('node:test').mock), faked).start();
}

module.exports = { followClock };
