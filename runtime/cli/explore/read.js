// Data to tables. The letters are explained in data.rs.

const element = id => document.getElementById(id);
const about = JSON.parse(element("module").textContent);

function sums(list) {
  const out = new Int32Array(list.length);
  let sum = 0;
  for (let n = 0; n < list.length; n++) out[n] = sum += list[n];
  return out;
}

const KIND = { none: 0, block: 1, op: 2, edit: 3, step: 4, edge: 5, data: 6 };

const NO_LINES = new Int32Array(0);

// Lines of one form of a function. `offset` is of the module, -1 for none.
class Station {
  constructor(raw, strategy, f) {
    this.name = raw.n;
    this.form = raw.f;
    this.strategy = strategy;
    this.f = f;
    this.at = f.at;
    this.texts = f.texts;
    this.text = sums(raw.t);
    this.offset = sums(raw.o);
    for (let n = 0; n < this.offset.length; n++) this.offset[n] = this.offset[n] ? this.offset[n] - 1 + f.at : -1;
    this.id = sums(raw.i);
    this.length = this.text.length;
    this.address = raw.a && sums(raw.a);
    this.rawBytes = raw.x;
  }
  line(n) { return this.texts[this.text[n]]; }
  kind(n) { return this.id[n] & 7; }
  number(n) { return this.id[n] >> 3; }
  bytes(n) {
    this.byteList ??= (this.rawBytes ?? "").split(" ");
    return this.byteList[n] ?? "";
  }
  // The lines of an offset, in order.
  linesAt(offset) {
    if (!this.starts) {
      // Counted, then dealt out.
      let most = this.at;
      for (const o of this.offset) if (o > most) most = o;
      this.starts = new Int32Array(most - this.at + 3);
      for (const o of this.offset) if (o >= 0) this.starts[o - this.at + 2]++;
      for (let n = 1; n < this.starts.length; n++) this.starts[n] += this.starts[n - 1];
      this.order = new Int32Array(this.starts[this.starts.length - 1]);
      for (let n = 0; n < this.length; n++) if (this.offset[n] >= 0) this.order[this.starts[this.offset[n] - this.at + 1]++] = n;
    }
    const n = offset - this.at;
    return n < 0 || n + 1 >= this.starts.length ? NO_LINES : this.order.subarray(this.starts[n], this.starts[n + 1]);
  }
  // By id, for those that name one thing: its line.
  get byId() {
    if (!this.ids) {
      this.ids = new Map();
      for (let n = this.length - 1; n >= 0; n--) if (this.id[n] & 7) this.ids.set(this.id[n], n);
    }
    return this.ids;
  }
}

const known = new Map();

function read(index) {
  const kept = known.get(index);
  if (kept) return kept;
  const script = element("f" + index);
  if (!script) return null;
  const raw = JSON.parse(script.textContent);
  const f = { index, at: raw.at, texts: raw.t.split("\n") };
  f.shared = raw.w.map(s => new Station(s, -1, f));
  f.wat = f.shared.find(s => s.form === "wat");
  f.compiled = raw.s.map((c, strategy) => ({
    stations: c.n.map(s => new Station(s, strategy, f)),
    blocks: c.b.map(([first, steps, depth, cold, loop, successors, costs]) => ({ first, steps, depth, cold, loop, successors, costs })),
    loops: c.l.map(([header, last, parent, depth]) => ({ header, last, parent, depth })),
    stretches: Int32Array.from(c.r),
    slots: c.m,
    steps: c.k,
    bytes: c.y,
  }));
  f.station = (name, strategy) =>
    f.shared.find(s => s.name === name) ?? f.compiled[strategy]?.stations.find(s => s.name === name);
  known.set(index, f);
  return f;
}
