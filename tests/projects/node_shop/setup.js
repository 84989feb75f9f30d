// What each test begins with: the sandbox of its file as it was at its start, and a shop that uses it.
import { afterEach, beforeEach } from 'node:test';

import { Sandbox } from './playmoney.js';
import { Shop } from './shop.js';

export function setUp(file) {
  const used = { sandbox: new Sandbox(file) };
  beforeEach(async () => {
    await used.sandbox.reset();
    used.shop = new Shop(await used.sandbox.env());
    await used.shop.open();
  });
  afterEach(() => used.shop.close());
  return used;
}
