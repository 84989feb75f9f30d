'use strict';
// Options that a function does not know are refused, because a misspelt one would do nothing.

/** The fewest letters that are changed, added or left out to make one word of the other. */
function distance(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (const [nth, letter] of [...one].entries()) {
    const next = [nth + 1];
    for (let place = 1; place <= other.length; place += 1) {
      next.push(Math.min(row[place] + 1, next[place - 1] + 1, row[place - 1] + (other[place - 1] === letter ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1);
}

/** Throws a TypeError that names the first option that is not known, and the nearest one that is. */
function refuseUnknown(options, known) {
  const unknown = Object.keys(options).find((it) => !known.includes(it));
  if (unknown === undefined) return;
  const far = (it) => distance(unknown.toLowerCase(), it.toLowerCase());
  const nearest = [...known].sort((a, b) => far(a) - far(b))[0];
  const hint = far(nearest) <= Math.max(2, unknown.length / 3) ? ` The nearest is \`${nearest}\`.` : '';
  throw new TypeError(`\`${unknown}\` is not an option. These are: ${known.join(', ')}.${hint}`);
}

module.exports = { refuseUnknown };
