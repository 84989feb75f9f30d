'use strict';
// Finds the program. Each platform has a package of its own with the binary inside, and npm installs the one that fits.
const { accessSync, constants, readFileSync, realpathSync, statSync } = require('node:fs');
const { delimiter, join, resolve: absolute } = require('node:path');

/** The packages with a binary, by `process.platform` and `process.arch`. */
const PACKAGES = {
  'linux-x64': '@playmoney/linux-x64',
  'linux-arm64': '@playmoney/linux-arm64',
  'darwin-x64': '@playmoney/darwin-x64',
  'darwin-arm64': '@playmoney/darwin-arm64',
  'win32-x64': '@playmoney/win32-x64',
  'win32-arm64': '@playmoney/win32-arm64',
};

function programName(platform = process.platform) {
  return platform === 'win32' ? 'playmoney.exe' : 'playmoney';
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The command of this package, which npm, pnpm and Yarn put on PATH. It looks for the program itself, so it is not the program. */
const COMMAND = absolute(__dirname, '..', 'bin', 'playmoney.js');
const SHIM_BYTES_MAX = 8 * 1024;

function isOwnCommand(file) {
  if (realpathSync(file) === realpathSync(COMMAND)) return true;
  return statSync(file).size <= SHIM_BYTES_MAX && /^#![^]*bin[/\\]playmoney\.js/.test(readFileSync(file, 'latin1'));
}

/** The binary of the platform's package, or undefined when the package is not installed. */
function inPackage(name, platform, resolve) {
  try {
    return resolve(`${name}/bin/${programName(platform)}`);
  } catch {
    return undefined;
  }
}

/**
 * The path of the program: that of PLAYMONEY_BIN, else the one in the platform's package, else the first one on PATH.
 * The parameters are there for tests.
 */
function findProgram({ env = process.env, platform = process.platform, arch = process.arch, resolve = require.resolve } = {}) {
  if (env.PLAYMONEY_BIN) {
    if (isProgram(env.PLAYMONEY_BIN)) return env.PLAYMONEY_BIN;
    throw new Error(`PLAYMONEY_BIN names ${env.PLAYMONEY_BIN}, which is not a file that can be run.`);
  }
  const name = PACKAGES[`${platform}-${arch}`];
  const own = name && inPackage(name, platform, resolve);
  if (own) return own;
  const folders = (env.PATH ?? env.Path ?? '').split(platform === 'win32' ? ';' : delimiter).filter(Boolean);
  const found = folders.map((it) => join(it, programName(platform))).find((it) => isProgram(it) && !isOwnCommand(it));
  if (found) return found;
  const missing = name
    ? `the package ${name} is not installed (npm leaves it out with --omit=optional, and when node_modules comes from another platform)`
    : `Playmoney has no package for ${platform}-${arch}; it has them for ${Object.keys(PACKAGES).join(', ')}`;
  throw new Error(
    [
      'The program `playmoney` was not found. These places were tried:',
      '  - the environment variable PLAYMONEY_BIN: it is not set',
      `  - the package of this platform: ${missing}`,
      `  - PATH: no folder of it has ${programName(platform)}`,
      'Install it with `npm install --save-dev playmoney`, or build it from source and set PLAYMONEY_BIN to its path.',
    ].join('\n'),
  );
}

module.exports = { PACKAGES, findProgram, programName };
