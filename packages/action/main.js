// The action's main step: gets the program, starts a server, and exports its addresses and keys. It needs no packages.
'use strict';
const { createHash } = require('node:crypto');
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const READY_MAX_MS = 30_000;
const DOWNLOAD_BYTES_MAX = 256 * 1024 * 1024;
const TARGETS = {
  'linux x64': 'x86_64-unknown-linux-musl',
  'linux arm64': 'aarch64-unknown-linux-musl',
  'darwin x64': 'x86_64-apple-darwin',
  'darwin arm64': 'aarch64-apple-darwin',
  'win32 x64': 'x86_64-pc-windows-msvc',
  'win32 arm64': 'aarch64-pc-windows-msvc',
};

const input = (name) => (process.env[`INPUT_${name.toUpperCase()}`] ?? '').trim();

/** Writes a line for the runner; a value of several lines would be read as several. */
function tell(file, name, value) {
  if (/[\r\n]/.test(value)) throw new Error(`${name} has several lines`);
  fs.appendFileSync(process.env[file], `${name}=${value}\n`);
}

async function download(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  const chunks = [];
  let bytes = 0;
  for await (const it of answer.body) {
    bytes += it.length;
    if (bytes > DOWNLOAD_BYTES_MAX) throw new Error(`${url} has more than ${DOWNLOAD_BYTES_MAX} bytes`);
    chunks.push(it);
  }
  return Buffer.concat(chunks);
}

/** Downloads the program for this machine, compares its checksum, and unpacks it. */
async function released(folder) {
  const target = TARGETS[`${process.platform} ${process.arch}`];
  if (!target) throw new Error(`no release is built for ${process.platform} on ${process.arch}: name a program with the input \`program\``);
  const manifest = fs.readFileSync(path.join(__dirname, '../../Cargo.toml'), 'utf8');
  const version = input('version').replace(/^v/, '') || /^version = "(.+)"$/m.exec(manifest)[1];
  const { GITHUB_SERVER_URL, GITHUB_ACTION_REPOSITORY, GITHUB_REPOSITORY } = process.env;
  const releases = input('releases') || `${GITHUB_SERVER_URL}/${GITHUB_ACTION_REPOSITORY || GITHUB_REPOSITORY}/releases/download`;
  const name = `playmoney-${version}-${target}`;
  const url = `${releases}/v${version}/${name}.tar.gz`;
  const [archive, checksum] = await Promise.all([download(url), download(`${url}.sha256`)]);
  const wanted = /^[0-9a-f]{64}\b/.exec(checksum.toString())?.[0];
  if (createHash('sha256').update(archive).digest('hex') !== wanted) throw new Error(`the checksum of ${url} is another one`);
  fs.writeFileSync(path.join(folder, 'release.tar.gz'), archive);
  execFileSync('tar', ['-xzf', 'release.tar.gz'], { cwd: folder });
  return path.join(folder, name, process.platform === 'win32' ? 'playmoney.exe' : 'playmoney');
}

/** What the ready file says, once the server has written it. */
async function ready(file, server, log) {
  for (const end = Date.now() + READY_MAX_MS; Date.now() < end; ) {
    if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8'));
    if (server.exitCode !== null) throw new Error(`the server has ended with ${server.exitCode}: ${fs.readFileSync(log, 'utf8')}`);
    await new Promise((done) => setTimeout(done, 20));
  }
  process.kill(server.pid);
  throw new Error(`the server has not started within ${READY_MAX_MS / 1000} seconds: ${fs.readFileSync(log, 'utf8')}`);
}

async function main() {
  const folder = fs.mkdtempSync(path.join(process.env.RUNNER_TEMP || os.tmpdir(), 'playmoney-'));
  const program = input('program') ? path.resolve(input('program')) : await released(folder);
  const [readyFile, log] = [path.join(folder, 'ready.json'), path.join(folder, 'server.log')];

  const flags = ['clock', 'now', 'seed', 'webhook-url', 'listen'].filter((it) => input(it));
  const args = ['serve', ...flags.flatMap((it) => [`--${it}`, input(it)]), '--sandboxes', 'on-use', '--log', 'text'];
  args.push('--ready-file', readyFile, ...[input('scenario')].filter(Boolean));
  const out = fs.openSync(log, 'w');
  const server = spawn(program, args, { detached: true, stdio: ['ignore', out, out] });
  await new Promise((done, failed) => server.once('spawn', done).once('error', failed));
  tell('GITHUB_STATE', 'pid', String(server.pid));
  tell('GITHUB_STATE', 'log', log);

  const { admin_token: token, base_url: url, env } = await ready(readyFile, server, log);
  const all = { ...env, PLAYMONEY_URL: url, PLAYMONEY_BIN: program, ...(token ? { PLAYMONEY_ADMIN_TOKEN: token } : {}) };
  if (token) console.log(`::add-mask::${token}`);
  for (const [name, value] of Object.entries(all)) tell('GITHUB_ENV', name, value);
  fs.appendFileSync(process.env.GITHUB_PATH, `${path.dirname(program)}\n`);
  tell('GITHUB_OUTPUT', 'url', url);
  tell('GITHUB_OUTPUT', 'ready-file', readyFile);
  console.log(`Playmoney listens on ${url}`);
  server.unref();
}

main().catch((error) => {
  console.log(`::error::${error.message.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')}`);
  process.exitCode = 1;
});
