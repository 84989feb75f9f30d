import { testWith } from 'playmoney/node-test';

import { createShop } from './shop.js';

export const test = testWith({ app: createShop, webhooks: '/webhooks/{provider}', fakeTimers: true });
