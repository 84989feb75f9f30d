// Writes control.d.ts, the types of the control API, from the OpenAPI document of the program. With --check it only compares.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import openapiTS, { astToString } from 'openapi-typescript';

import { startServer } from '../index.mjs';

const file = new URL('../control.d.ts', import.meta.url);
const HEAD = `// Made by \`npm run types\` from GET /__admin/openapi.json, the OpenAPI document of the control API. Do not change it.\n\n`;

export async function generate() {
  const server = await startServer({ clock: 'frozen' });
  try {
    const { servers, ...document } = await server.control('GET', 'openapi.json');
    return HEAD + astToString(await openapiTS(document));
  } finally {
    await server.stop();
  }
}

export function present() {
  return readFile(file, 'utf8');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const made = await generate();
  if (!process.argv.includes('--check')) await writeFile(file, made);
  else if (made !== (await present())) {
    console.error('control.d.ts is not what the program says: run `npm run types`.');
    process.exit(1);
  }
}
