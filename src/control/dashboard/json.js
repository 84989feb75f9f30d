// JSON as the text that it is. Read as a value and written again, `1.50` and long numbers would have other digits, and members would go
// or change places.

/** A number whose digits a number of JavaScript cannot hold. */
export class Exact {
  #source;

  constructor(source) {
    this.#source = source;
  }

  toString() {
    return this.#source;
  }

  toJSON() {
    return JSON.rawJSON(this.#source);
  }
}

/** Reads JSON. A number keeps its digits where the browser tells them. */
export function readExactly(text) {
  // Few texts have such a number, and a text without one is read faster.
  if (!/\d\.\d*0(?!\d)|\d{16}|\d[eE]/.test(text)) return JSON.parse(text);
  if (!JSON.rawJSON) return JSON.parse(text);
  const kept = (value, source) => (typeof value === 'number' && source !== String(value) ? new Exact(source) : value);
  return JSON.parse(text, (_, value, context) => kept(value, context?.source));
}

/** The pieces of JSON: texts, marks, and what stands between them. */
function pieces(text) {
  return text.match(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/gs) || [];
}

/** JSON with a line for each member, and every character of its values as it was. `null`: it is not JSON. */
export function indented(text) {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const own = pieces(text);
  const written = [];
  let depth = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  own.forEach((it, index) => {
    const [before, after] = [own[index - 1], own[index + 1]];
    if (it === '{' || it === '[') {
      depth += 1;
      written.push(it, after === '}' || after === ']' ? '' : line());
    } else if (it === '}' || it === ']') {
      depth -= 1;
      written.push(before === '{' || before === '[' ? '' : line(), it);
    } else if (it === ',') written.push(it, line());
    else written.push(it === ':' ? ': ' : it);
  });
  return written.join('');
}

/** The text of a member of the object that a text is. */
export function memberText(text, name) {
  const wanted = JSON.stringify(name);
  let depth = 0;
  let begin = -1;
  for (const it of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/gs)) {
    const [piece] = it;
    if (begin < 0 && depth === 1 && piece === wanted && /^\s*:/.test(text.slice(it.index + piece.length, it.index + piece.length + 20))) {
      begin = text.indexOf(':', it.index + piece.length) + 1;
    } else if (begin >= 0 && depth === 1 && (piece === ',' || piece === '}')) return text.slice(begin, it.index).trim();
    if (piece === '{' || piece === '[') depth += 1;
    else if (piece === '}' || piece === ']') depth -= 1;
  }
  return null;
}
