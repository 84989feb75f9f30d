'use strict';
const { followClock } = require('./lib/clock.js');
const { PlaymoneyError } = require('./lib/control.js');
const { findProgram } = require('./lib/platform.js');
const { Sandbox } = require('./lib/sandbox.js');
const { Server, connect, startServer } = require('./lib/server.js');
const { VerificationError } = require('./lib/verification.js');

module.exports = { PlaymoneyError, Sandbox, Server, VerificationError, connect, findProgram, followClock, startServer };
