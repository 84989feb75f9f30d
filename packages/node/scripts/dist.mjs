// Packs what is published: the package, and the platform package of one binary.
//
//   node scripts/dist.mjs [--binary FILE [--target linux-x64]] [--out DIR]
//
// The package of the repository names no platform packages, so that npm asks for none that is not published yet. They are written
// into the packed one, with the same version.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import platform from '../lib/platform.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const LICENCES = ['LICENSE-APACHE', 'LICENSE-MIT'];
const { devDependencies, scripts, ...manifest } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function stageMain(folder) {
  const optionalDependencies = Object.fromEntries(Object.values(platform.PACKAGES).map((it) => [it, manifest.version]));
  for (const it of ['bin', 'lib', 'README.md', ...modules()]) cpSync(join(root, it), join(folder, it), { recursive: true });
  return { ...manifest, optionalDependencies };
}

/** The modules and their types, which lie beside the manifest. */
function modules() {
  return readdirSync(root).filter((it) => /\.(js|mjs|d\.ts|d\.mts)$/.test(it));
}

function stagePlatform(folder, target, binary) {
  const name = platform.PACKAGES[target];
  if (!name) throw new Error(`${target} is not a platform of Playmoney: ${Object.keys(platform.PACKAGES).join(', ')}`);
  const [os, cpu] = target.split('-');
  const program = join(folder, 'bin', platform.programName(os));
  mkdirSync(join(folder, 'bin'));
  copyFileSync(binary, program);
  chmodSync(program, 0o755);
  writeFileSync(join(folder, 'README.md'), `The program of Playmoney for ${target}. The package \`playmoney\` installs it.\n`);
  const { version, license } = manifest;
  const description = `The program of Playmoney for ${target}.`;
  return { name, version, description, license, os: [os], cpu: [cpu], files: ['bin', ...LICENCES], preferUnplugged: true };
}

function pack(stage, out) {
  const folder = mkdtempSync(join(tmpdir(), 'playmoney-dist-'));
  try {
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(stage(folder), null, 2)}\n`);
    for (const it of LICENCES) copyFileSync(join(root, '..', '..', it), join(folder, it));
    const shell = process.platform === 'win32';
    const said = execFileSync('npm', ['pack', folder, '--json', '--pack-destination', out], { encoding: 'utf8', shell });
    const file = join(out, Object.values(JSON.parse(said))[0].filename);
    console.log(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { values } = parseArgs({
  options: {
    binary: { type: 'string' },
    target: { type: 'string', default: `${process.platform}-${process.arch}` },
    out: { type: 'string', default: join(root, 'dist') },
  },
});
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
pack(stageMain, out);
if (values.binary) pack((folder) => stagePlatform(folder, values.target, values.binary), out);
