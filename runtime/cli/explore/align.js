// Columns of lines to rows: a line stands level with the wasm operator that it comes from.

// Which lines of `station` are how different from `other`, and what of `other` is gone.
// marks: by line "", "add", "change", "differ", "soft"; gone: lines of `other`.
function compare(station, other) {
  const marks = new Array(station.length).fill("");
  const gone = [];
  if (!other) return { marks, gone, other: null };
  if (station.strategy === other.strategy) {
    // The same numbers name the same things.
    const before = other.byId;
    for (let n = 0; n < station.length; n++) {
      if (!(station.id[n] & 7) || station.kind(n) === KIND.edge) continue;
      const at = before.get(station.id[n]);
      if (at === undefined) marks[n] = "add";
      else if (station.form === other.form && station.text[n] !== other.text[at]) marks[n] = "change";
    }
    if (station.form === other.form) {
      const after = station.byId;
      for (let n = 0; n < other.length; n++) if (other.id[n] & 7 && !after.has(other.id[n])) gone.push(n);
    }
    return { marks, gone, other };
  }
  // Operator by operator: what is the same but for numbers finds its like first, then what is the same but for registers.
  const shapes = shapesOf(station.f);
  const seen = new Set();
  for (let first = 0; first < station.length; first++) {
    const offset = station.offset[first];
    if (offset < 0 || seen.has(offset)) continue;
    seen.add(offset);
    const theirs = [...other.linesAt(offset)];
    let open = [];
    const find = (line, shape) => {
      const at = theirs.findIndex(t => t >= 0 && shape(other, t) === shape(station, line));
      if (at >= 0) theirs[at] = -1;
      return at >= 0;
    };
    for (const n of station.linesAt(offset)) if (!find(n, shapes.exact)) open.push(n);
    for (const n of open) marks[n] = find(n, shapes.rough) ? "soft" : "differ";
  }
  return { marks, gone, other };
}

// Texts without what only tells compilations apart, as numbers; each text is looked at once.
function shapesOf(f) {
  if (f.shapes) return f.shapes;
  const names = new Map();
  const number = text => { let n = names.get(text); if (n === undefined) names.set(text, n = names.size); return n; };
  const kept = make => {
    const list = new Int32Array(f.texts.length).fill(-1);
    return (station, n) => {
      const t = station.text[n];
      return list[t] >= 0 ? list[t] : list[t] = number(make(station, n));
    };
  };
  return f.shapes = { exact: kept(unnumbered), rough: kept((station, n) => "~" + unplaced(unnumbered(station, n))) };
}

// Without numbers that only tell things of one compilation apart.
function unnumbered(station, n) {
  const kind = station.kind(n);
  if (kind === KIND.block || kind === KIND.edge || kind === KIND.none && station.form !== "asm") return station.form;
  const text = station.line(n);
  if (station.form === "asm") return text.startsWith(".") ? "label" : text.replace(/\.[ld]\d+/g, ".");
  return text.replace(/\bv\d+/g, "v").replace(/%\d+/g, "%").replace(/\bb\d+\b/g, "b");
}

// Without registers and places of the frame too.
function unplaced(text) {
  return text
    .replace(/\[rbp - 0x[0-9a-f]+\]|slot\d+/g, "S")
    .replace(/\b(r([abcd]x|[sd]i|\d+[dwb]?)|e([abcd]x|[sd]i)|[abcd][lx]|[sd]il?|[xy]mm\d+|x\d+)\b/g, "R")
    .replace(/S|\w+ ptr S/g, "R");
}

// The lines of a column in order: a line of the station, or ~n for line n of the one before, which is gone.
function merged(station, comparison, withGone) {
  const list = [];
  if (!withGone || !comparison.gone.length) {
    for (let n = 0; n < station.length; n++) list.push(n);
    return list;
  }
  const { gone, other } = comparison;
  // What is gone comes behind the last line before it that is still there.
  const after = new Map();
  const ids = station.byId;
  let g = 0, anchor = -1;
  for (let n = 0; n < other.length && g < gone.length; n++) {
    if (gone[g] === n) {
      const list = after.get(anchor);
      if (list) list.push(~n); else after.set(anchor, [~n]);
      g++;
    } else if (other.id[n] & 7) {
      anchor = ids.get(other.id[n]) ?? anchor;
    }
  }
  for (let n = -1; n < station.length; n++) {
    if (n >= 0) list.push(n);
    const behind = after.get(n);
    if (behind) list.push(...behind);
  }
  return list;
}

// For each line of `list` the index of its wat line: what follows the order of wat, as much as possible; the rest stays with its neighbours.
function anchors(list, offsetOf, isHead, spine) {
  const n = list.length;
  const place = new Int32Array(n);
  let next = 0;
  for (let i = n - 1; i >= 0; i--) {
    const at = spine(offsetOf(list[i]));
    if (at >= 0) next = at;
    place[i] = at >= 0 ? at : isHead(list[i]) ? next : -1;
  }
  for (let i = 0; i < n; i++) if (place[i] < 0) place[i] = i ? place[i - 1] : 0;
  // Runs of one place; of these the heaviest chain that never goes back.
  const runs = [];
  for (let i = 0; i < n; i++) {
    if (i && place[i] === place[i - 1]) runs[runs.length - 1].count++;
    else runs.push({ start: i, count: 1, at: place[i], best: 0, from: -1 });
  }
  const size = place.reduce((most, p) => Math.max(most, p), 0) + 2;
  const tree = new Int32Array(size).fill(-1);
  const weight = r => r < 0 ? 0 : runs[r].best;
  let last = -1;
  for (let r = 0; r < runs.length; r++) {
    let from = -1;
    for (let i = runs[r].at + 1; i > 0; i -= i & -i) if (weight(tree[i]) > weight(from)) from = tree[i];
    runs[r].from = from;
    runs[r].best = weight(from) + runs[r].count;
    for (let i = runs[r].at + 1; i < size; i += i & -i) if (weight(tree[i]) < runs[r].best) tree[i] = r;
    if (weight(last) < runs[r].best) last = r;
  }
  const kept = new Uint8Array(runs.length);
  for (let r = last; r >= 0; r = runs[r].from) kept[r] = 1;
  let at = runs.length && last >= 0 ? runs.find((_, r) => kept[r]).at : 0;
  const moved = new Uint8Array(n);
  runs.forEach((run, r) => {
    if (kept[r]) at = run.at;
    for (let i = run.start; i < run.start + run.count; i++) {
      moved[i] = kept[r] ? 0 : 1;
      place[i] = at;
    }
  });
  return { place, moved };
}

const NOTHING = 0x7fffffff;

// columns: {station, comparison}. Gives rows: by column, by row, the line as `merged` has it, or NOTHING.
function align(wat, columns, withGone) {
  const spine = offset => offset < 0 ? -1 : wat.linesAt(offset)[0] ?? -1;
  const most = new Int32Array(wat.length);
  const parts = columns.map(({ station, comparison }) => {
    const list = merged(station, comparison, withGone);
    const of = n => n >= 0 ? station.offset[n] : comparison.other.offset[~n];
    const isHead = n => (n >= 0 ? station.kind(n) : comparison.other.kind(~n)) !== KIND.edge;
    const { place, moved } = anchors(list, of, isHead, spine);
    const count = new Int32Array(wat.length);
    for (const p of place) count[p]++;
    count.forEach((c, p) => { if (c > most[p]) most[p] = c; });
    return { list, place, moved };
  });
  const start = new Int32Array(wat.length + 1);
  for (let p = 0; p < wat.length; p++) start[p + 1] = start[p] + most[p];
  const rows = start[wat.length];
  const lines = parts.map(({ list, place, moved }) => {
    const out = new Int32Array(rows).fill(NOTHING);
    const flags = new Uint8Array(rows);
    const used = new Int32Array(wat.length);
    list.forEach((line, i) => {
      const row = start[place[i]] + used[place[i]]++;
      out[row] = line;
      flags[row] = moved[i];
    });
    return { out, flags };
  });
  return { rows, lines, rowOf: offset => { const p = spine(offset); return p < 0 ? -1 : start[p]; } };
}
