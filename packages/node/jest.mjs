import own from './jest.js';

export const { it, test, testWith } = own;
