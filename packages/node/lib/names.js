'use strict';
// The name of a test as the name of a sandbox: 1 to 63 of a-z, 0-9 and hyphens.
const { createHash } = require('node:crypto');
const { isAbsolute, relative, sep } = require('node:path');

const NAME_MAX = 63;
const MARK_MAX = 8;

/** The same test has the same name everywhere. Two tests have different names, because the end comes from the file and the whole title. */
function sandboxName(title, file = '') {
  const place = (isAbsolute(file) ? relative(process.cwd(), file) : file).split(sep).join('/');
  const mark = createHash('sha256').update(`${place}\n${title}`).digest('hex').slice(0, MARK_MAX);
  const plain = title.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '').replace(/[^a-z0-9]+/g, '-');
  const words = plain.slice(0, NAME_MAX - MARK_MAX - 1).replace(/^-+|-+$/g, '');
  return [words || 'test', mark].join('-');
}

module.exports = { sandboxName };
