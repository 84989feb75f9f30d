import playmoney from './index.js';

export const { PlaymoneyError, Sandbox, Server, VerificationError, connect, findProgram, followClock, startServer } = playmoney;
