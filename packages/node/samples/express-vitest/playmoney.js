import { testWith } from 'playmoney/vitest';

import { createShop } from './shop.js';

export const test = testWith({ app: createShop, webhooks: '/webhooks/{provider}' });
