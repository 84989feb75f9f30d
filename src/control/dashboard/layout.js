// Where the statuses of a lifecycle stand in its drawing: in columns, as far from the beginning as they are.

export const BOX = { width: 132, height: 34 };
const SPACE = { x: 118, y: 34 };

/** The column and the row of each status. */
function places(table) {
  const columns = new Map();
  const isFirst = name => table.transitions.every(it => it.to !== name || it.from.length === 0);
  let next = [...table.statuses.map(it => it.name).filter(isFirst), ...table.transitions.filter(it => it.from.length === 0).map(it => it.to)];
  let column = 0;
  while (next.length > 0) {
    const behind = [];
    for (const name of next) {
      if (columns.has(name)) continue;
      columns.set(name, column);
      behind.push(...table.transitions.filter(it => it.from.includes(name)).map(it => it.to));
    }
    next = behind;
    column += 1;
  }
  const rows = new Map();
  return new Map(table.statuses.map(({ name }) => {
    const own = columns.get(name) ?? column;
    const row = rows.get(own) ?? 0;
    rows.set(own, row + 1);
    return [name, { column: own, row }];
  }));
}

function corner({ column, row }) {
  return { x: column * (BOX.width + SPACE.x) + 8, y: row * (BOX.height + SPACE.y) + 26 };
}

/** A line from one box to another. */
function path(from, to, place) {
  const [a, b] = [corner(from), corner(to)];
  const half = BOX.height / 2;
  if (from === to) {
    const x = a.x + BOX.width / 2;
    return [`M${x - 16} ${a.y} C${x - 24} ${a.y - 24} ${x + 24} ${a.y - 24} ${x + 16} ${a.y}`, { x, y: a.y - 13 }];
  }
  if (from.column < to.column) {
    const [start, end] = [a.x + BOX.width, b.x];
    const bend = (end - start) / 2;
    const y = (a.y + b.y) / 2 + half;
    return [`M${start} ${a.y + half} C${start + bend} ${a.y + half} ${end - bend} ${b.y + half} ${end} ${b.y + half}`, { x: start + bend, y: y - 5 }];
  }
  if (from.column === to.column) {
    const down = a.y < b.y;
    const x = a.x + BOX.width / 2 + (down ? 14 : -14) * (1 + place % 2);
    const [start, end] = down ? [a.y + BOX.height, b.y] : [a.y, b.y + BOX.height];
    return [`M${x} ${start} L${x} ${end}`, { x: x + 4, y: (start + end) / 2 + 4 }];
  }
  const low = Math.max(a.y, b.y) + BOX.height + 14;
  const [start, end] = [a.x + 14, b.x + BOX.width - 14];
  return [`M${start} ${a.y + BOX.height} C${start - 20} ${low} ${end + 20} ${low} ${end} ${b.y + BOX.height}`, { x: (start + end) / 2, y: low }];
}

/** Moves the names of lines down until none lies on another. */
function apart(lines) {
  const placed = [];
  for (const { at } of lines) {
    while (placed.some(it => Math.abs(it.x - at.x) < 96 && Math.abs(it.y - at.y) < 12)) at.y += 12;
    placed.push(at);
  }
}

/** All boxes and lines, and how large the drawing is. */
export function drawn(table) {
  const all = places(table);
  const edges = new Map();
  for (const it of table.transitions) {
    for (const from of it.from) {
      const name = `${from} ${it.to}`;
      if (!edges.has(name)) edges.set(name, { from, to: it.to, steps: [] });
      edges.get(name).steps.push(it);
    }
  }
  const lines = [...edges.values()].filter(it => all.has(it.from) && all.has(it.to)).map((it, place) => {
    const [d, at] = path(all.get(it.from), all.get(it.to), place);
    return { ...it, d, at };
  });
  apart(lines);
  const boxes = table.statuses.map(it => ({ ...it, ...corner(all.get(it.name)) }));
  const width = Math.max(...boxes.map(it => it.x)) + BOX.width + 8;
  const height = Math.max(...boxes.map(it => it.y)) + BOX.height + 22;
  return { boxes, lines, width, height };
}
