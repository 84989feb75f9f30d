import own from './node-test.js';

export const { it, test, testWith } = own;
