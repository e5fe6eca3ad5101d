// Drawings: the control flow graph with costs, and the live ranges. Lists beside them say the same in words.

const many = (n, what) => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;

let tintCache = null;
// Colours of the theme, for canvases.
function tints() {
  if (tintCache) return tintCache;
  const style = getComputedStyle(document.documentElement);
  const of = name => style.getPropertyValue("--" + name).trim();
  const names = ["ink", "quiet", "line", "paper", "card", "accent", "hot", "view", "difference", "heat", "int", "vec", "slot", "back"];
  return tintCache = Object.fromEntries(names.map(n => [n, of(n)]));
}

// Sizes a canvas to its box and clears it.
function begin(canvas) {
  const ratio = devicePixelRatio, w = canvas.clientWidth, h = canvas.clientHeight;
  if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
    canvas.width = Math.round(w * ratio);
    canvas.height = Math.round(h * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, w, h);
  return { context, w, h };
}

// A list of which only the rows in sight are there. `row` gives a row's HTML.
class List {
  constructor(box, height, row, choose) {
    Object.assign(this, { box, height, row, choose, count: 0, active: 0 });
    box.innerHTML = "<div class=\"list-space\"></div><div class=\"list-rows\"></div>";
    [this.space, this.body] = box.children;
    box.addEventListener("scroll", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(box);
    box.addEventListener("click", event => {
      const item = event.target.closest("[data-n]");
      if (item) this.take(+item.dataset.n);
    });
    box.addEventListener("keydown", event => {
      const page = Math.floor(box.clientHeight / height) - 1;
      const move = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -this.count, End: this.count }[event.key];
      if (move !== undefined) {
        event.preventDefault();
        this.reveal(this.active + move);
        this.moved?.(this.active);
      } else if (event.key === "Enter") {
        event.preventDefault();
        this.take(this.active);
      }
    });
  }
  take(n) { this.active = n; this.draw(); this.choose(n); }
  fill(count) { this.count = count; this.active = Math.min(this.active, Math.max(0, count - 1)); this.space.style.height = count * this.height + "px"; this.draw(); }
  reveal(n) {
    this.active = Math.min(this.count - 1, Math.max(0, n));
    const y = this.active * this.height, { scrollTop, clientHeight } = this.box;
    if (y < scrollTop) this.box.scrollTop = y;
    if (y + this.height > scrollTop + clientHeight) this.box.scrollTop = y + this.height - clientHeight;
    this.draw();
  }
  draw() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / this.height) - 4);
    const last = Math.min(this.count, first + Math.ceil(this.box.clientHeight / this.height) + 8);
    let html = "";
    for (let n = first; n < last; n++) {
      html += `<div class="item${n === this.active ? " active" : ""}" role="option" aria-selected="${n === this.active}" data-n="${n}" style="height:${this.height}px">${this.row(n)}</div>`;
    }
    this.body.style.transform = `translateY(${first * this.height}px)`;
    this.body.innerHTML = html;
  }
}

// Pan by drag and arrows, zoom by wheel, pinch and buttons. `view`: x, y, k; what is at (0, 0) of the drawing stands at (x, y).
class Pane {
  constructor(canvas, bar, axes) {
    Object.assign(this, { canvas, axes, view: { x: 0, y: 0, k: 1 } });
    const pointers = new Map();
    canvas.addEventListener("pointerdown", event => {
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, event);
      this.dragged = false;
    });
    canvas.addEventListener("pointermove", event => {
      const before = pointers.get(event.pointerId);
      if (!before) return this.hover?.(event.offsetX, event.offsetY);
      if (pointers.size === 2) {
        const [other] = [...pointers.entries()].filter(([id]) => id !== event.pointerId).map(([, p]) => p);
        const apart = p => Math.hypot(p.offsetX - other.offsetX, p.offsetY - other.offsetY) || 1;
        this.zoom(apart(event) / apart(before), event.offsetX, event.offsetY);
      } else {
        this.view.x += event.offsetX - before.offsetX;
        this.view.y += event.offsetY - before.offsetY;
        this.dragged ||= Math.hypot(event.movementX, event.movementY) > 2;
        this.later();
      }
      pointers.set(event.pointerId, event);
    });
    const end = event => pointers.delete(event.pointerId);
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    canvas.addEventListener("pointerleave", () => this.hover?.(-1, -1));
    canvas.addEventListener("click", event => this.dragged || this.press?.(event.offsetX, event.offsetY));
    canvas.addEventListener("wheel", event => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey || !event.shiftKey && axes === "both") this.zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
      else if (event.shiftKey) { this.view.x -= event.deltaY; this.later(); }
      else { this.view.x -= event.deltaX; this.view.y -= event.deltaY; this.later(); }
    }, { passive: false });
    canvas.addEventListener("keydown", event => {
      const step = 60;
      const move = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key];
      if (move) { this.view.x += move[0]; this.view.y += move[1]; this.later(); }
      else if (event.key === "+" || event.key === "=") this.zoom(1.3);
      else if (event.key === "-") this.zoom(1 / 1.3);
      else if (event.key === "0") this.fit();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    for (const button of bar.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => ({ in: () => this.zoom(1.4), out: () => this.zoom(1 / 1.4), fit: () => this.fit() })[button.dataset.zoom]());
    }
    new ResizeObserver(() => { if (!this.fitted && canvas.clientWidth) this.fit(); this.later(); }).observe(canvas);
  }
  zoom(by, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const v = this.view, k = Math.min(this.most ?? 3, Math.max(this.least ?? 0.02, v.k * by));
    v.x = x - (x - v.x) * k / v.k;
    if (this.axes === "both") v.y = y - (y - v.y) * k / v.k;
    v.k = k;
    this.later();
  }
  later() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; if (this.canvas.clientWidth) this.draw(); });
  }
}

const COSTS = ["instructions", "bytes", "loads", "stores", "calls", "spills", "reloads", "moves", "constants again"];
const weightOf = block => block.costs[0] * 10 ** Math.min(4, block.depth);

// Layers by longest path over forward edges; blocks of a layer in the order of their neighbours' middles.
function layout(blocks) {
  const W = 132, H = 46, X = 18, Y = 40;
  const layer = new Int32Array(blocks.length);
  blocks.forEach((b, n) => { for (const s of b.successors) if (s > n) layer[s] = Math.max(layer[s], layer[n] + 1); });
  const layers = [];
  layer.forEach((l, n) => (layers[l] ??= []).push(n));
  const before = blocks.map(() => []);
  blocks.forEach((b, n) => { for (const s of b.successors) if (s > n) before[s].push(n); });
  const x = new Float64Array(blocks.length);
  layers.forEach(list => list.forEach((n, i) => { x[n] = (i - (list.length - 1) / 2) * (W + X); }));
  const middle = (list, otherwise) => list.length ? list.reduce((s, m) => s + x[m], 0) / list.length : otherwise;
  const settle = (list, want) => {
    list.sort((a, b) => want.get(a) - want.get(b) || a - b);
    let right = -Infinity;
    for (const n of list) { x[n] = Math.max(want.get(n), right); right = x[n] + W + X; }
    // Pushed to the right only; half of it goes back.
    const drift = list.reduce((s, n) => s + x[n] - want.get(n), 0) / list.length;
    for (const n of list) x[n] -= drift;
  };
  for (let round = 0; round < 4; round++) {
    for (const list of layers) settle(list, new Map(list.map(n => [n, middle(before[n], x[n])])));
    for (const list of layers.toReversed()) {
      settle(list, new Map(list.map(n => [n, middle([...blocks[n].successors.filter(s => s > n), ...before[n]], x[n])])));
    }
  }
  const y = layer.map(l => l * (H + Y));
  return { x, y, W, H };
}

class FlowView extends Pane {
  constructor(onblock) {
    super(element("graph"), element("flow"), "both");
    this.onblock = onblock;
    this.list = new List(element("blocks"), 24, n => this.item(n), n => { this.chosen = n; this.center(n); onblock(n); });
    this.list.moved = n => { this.chosen = n; this.center(n); };
    element("block-head").innerHTML = `<span class="b0">block, in its loops</span>` + ["instr", "bytes", "loads", "stores", "calls", "spill", "reload", "moves"].map(t => `<span>${t}</span>`).join("") + `<span class="weigh">weight</span>`;
  }
  show(compiled) {
    this.compiled = compiled;
    this.blocks = compiled.blocks;
    this.place = layout(this.blocks);
    this.mostWeight = Math.max(1, ...this.blocks.map(weightOf));
    this.chosen = -1;
    this.fitted = false;
    this.list.fill(this.blocks.length);
    const sum = n => this.blocks.reduce((s, b) => s + b.costs[n], 0);
    const counted = [[this.blocks.length, "block"], [compiled.loops.length, "loop"], [sum(0), "instruction"], [sum(2), "load"], [sum(3), "store"], [sum(5), "spill"], [sum(6), "reload"], [sum(7), "move"]];
    element("flow-sum").textContent = counted.map(([n, what]) => many(n, what)).join(" · ");
    if (this.canvas.clientWidth) this.fit();
  }
  item(n) {
    const b = this.blocks[n], isHeader = this.compiled.loops.some(l => l.header === n);
    const rails = "<i class=\"rail\"></i>".repeat(Math.min(b.depth, 8) - (isHeader && b.depth ? 1 : 0));
    const [instructions, bytes, loads, stores, calls, spills, reloads, moves] = b.costs;
    const share = Math.log1p(weightOf(b)) / Math.log1p(this.mostWeight);
    const cells = [instructions, bytes, loads, stores, calls, spills, reloads, moves].map(c => `<span>${c || "·"}</span>`).join("");
    return `<span class="b0">${rails}${isHeader ? "<i class=\"turn\">↻</i>" : ""}B${n}${b.cold ? " <i class=\"q\">cold</i>" : ""}</span>${cells}<span class="weigh"><u style="width:${(share * 100).toFixed(1)}%"></u></span>`;
  }
  box() {
    const { x, y, W, H } = this.place;
    let left = Infinity, right = -Infinity, bottom = 0;
    for (let n = 0; n < x.length; n++) {
      left = Math.min(left, x[n]);
      right = Math.max(right, x[n] + W);
      bottom = Math.max(bottom, y[n] + H);
    }
    return { left, right, bottom };
  }
  fit() {
    const { left, right, bottom } = this.box(), { clientWidth: w, clientHeight: h } = this.canvas;
    if (!w || !h) return;
    this.fitted = true;
    const k = Math.min(1, (w - 40) / (right - left), (h - 40) / bottom);
    // A graph of thousands of blocks would be dust: then from its top, in a size that shows its shape.
    const used = Math.max(k, 0.12);
    this.view = { k: used, x: k === used ? (w - (right + left) * used) / 2 : w / 2 - (this.place.x[0] + this.place.W / 2) * used, y: 20 };
    this.least = Math.min(k, 0.02);
    this.later();
  }
  center(n) {
    const { x, y, W, H } = this.place, v = this.view;
    v.k = Math.max(v.k, 0.6);
    v.x = this.canvas.clientWidth / 2 - (x[n] + W / 2) * v.k;
    v.y = this.canvas.clientHeight / 2 - (y[n] + H / 2) * v.k;
    this.later();
  }
  at(px, py) {
    const { x, y, W, H } = this.place, v = this.view;
    const gx = (px - v.x) / v.k, gy = (py - v.y) / v.k;
    for (let n = 0; n < x.length; n++) if (gx >= x[n] && gx <= x[n] + W && gy >= y[n] && gy <= y[n] + H) return n;
    return -1;
  }
  hover(px, py) {
    const n = px < 0 ? -1 : this.at(px, py);
    if (n === this.over) return;
    this.over = n;
    this.canvas.style.cursor = n >= 0 ? "pointer" : "";
    this.later();
    const b = this.blocks[n];
    if (b) status(`B${n}, depth ${b.depth}: ` + COSTS.map((name, i) => b.costs[i] ? `${b.costs[i]} ${name}` : "").filter(Boolean).join(" · "));
  }
  press(px, py) {
    const n = this.at(px, py);
    if (n < 0) return;
    this.chosen = n;
    this.list.reveal(n);
    this.later();
    this.onblock(n);
  }
  draw() {
    const { context: c, w, h } = begin(this.canvas), t = tints(), v = this.view;
    const { x, y, W, H } = this.place, blocks = this.blocks;
    c.translate(v.x, v.y);
    c.scale(v.k, v.k);
    const left = -v.x / v.k, top = -v.y / v.k, right = (w - v.x) / v.k, bottom = (h - v.y) / v.k;
    const marked = this.over >= 0 ? this.over : this.chosen;
    const heads = v.k > 0.3;
    // All edges of a kind are one path: there may be thousands.
    const stroke = (color, alpha, width, isBack, wanted) => {
      const lines = new Path2D(), tips = new Path2D();
      blocks.forEach((b, n) => b.successors.forEach(s => {
        if (s <= n !== isBack || wanted && !wanted(n, s)) return;
        const x0 = x[n] + W / 2, y0 = y[n] + H, x1 = x[s] + W / 2, y1 = y[s];
        // An edge back goes around on the side that its source stands on.
        const wide = 14 + Math.min(80, (n - s) * 2);
        const far = !isBack ? x0 : x[n] < x[s] ? x[n] - wide : Math.max(x[n], x[s]) + W + wide;
        if (Math.max(x0, x1, far) < left || Math.min(x0, x1, far) > right || Math.max(y0, y1) < top || Math.min(y0, y1) > bottom) return;
        lines.moveTo(x0, y0);
        if (isBack) lines.bezierCurveTo(far, y0 + 26, far, y1 - 26, x1, y1);
        else lines.bezierCurveTo(x0, y0 + 24, x1, y1 - 24, x1, y1);
        if (!heads) return;
        tips.moveTo(x1, y1);
        tips.lineTo(x1 - 3.5, y1 - 6);
        tips.lineTo(x1 + 3.5, y1 - 6);
      }));
      c.strokeStyle = c.fillStyle = color;
      c.globalAlpha = alpha;
      c.lineWidth = width / Math.min(1, Math.max(v.k, 0.35));
      c.stroke(lines);
      c.fill(tips);
    };
    stroke(t.quiet, 0.42, 1.1, false);
    stroke(t.back, 0.8, 1.1, true);
    if (marked >= 0) {
      const touches = (n, s) => n === marked || s === marked;
      stroke(t.accent, 1, 2, false, touches);
      stroke(t.back, 1, 2, true, touches);
    }
    c.globalAlpha = 1;
    c.textBaseline = "middle";
    const mono = getComputedStyle(document.documentElement).getPropertyValue("--mono");
    for (let n = 0; n < blocks.length; n++) {
      if (x[n] > right || x[n] + W < left || y[n] > bottom || y[n] + H < top) continue;
      const b = blocks[n];
      c.fillStyle = t.card;
      c.strokeStyle = n === marked ? t.accent : t.line;
      c.lineWidth = n === marked ? 2 : 1;
      c.setLineDash(b.cold ? [4, 3] : []);
      c.beginPath();
      c.roundRect(x[n], y[n], W, H, 6);
      c.fill();
      c.globalAlpha = 0.55 * Math.log1p(weightOf(b)) / Math.log1p(this.mostWeight);
      c.fillStyle = t.heat;
      c.fill();
      c.globalAlpha = 1;
      c.stroke();
      c.setLineDash([]);
      if (v.k > 0.28) {
        c.fillStyle = t.ink;
        c.font = `600 13px ${mono}`;
        c.fillText("B" + n + (b.depth ? "  ↻" + b.depth : ""), x[n] + 10, y[n] + 15);
        c.fillStyle = t.quiet;
        c.font = `11px ${mono}`;
        c.fillText(`${b.costs[0]} instr ${b.costs[1]} B`, x[n] + 10, y[n] + 33);
      }
    }
  }
}

const REGISTERS = [..."ax cx dx bx sp bp si di".split(" ").map(r => "r" + r), ..."8 9 10 11 12 13 14 15".split(" ").map(r => "r" + r), ...Array.from({ length: 16 }, (_, n) => "xmm" + n)];

// What an allocation calls r0 is what the machine calls rax.
function placeName(place, slots) {
  return place < 32 ? REGISTERS[place] : `slot${place - 32} (${slots[place - 32]} bytes)`;
}

class RangeView extends Pane {
  constructor() {
    super(element("chart"), element("ranges"), "x");
    this.least = 1e-4;
    this.most = 24;
    this.value = -1;
  }
  show(compiled) {
    this.compiled = compiled;
    const rows = new Map();
    const r = compiled.stretches;
    this.byValue = new Map();
    for (let n = 0; n < r.length; n += 4) {
      const stretch = { value: r[n], place: r[n + 1], from: r[n + 2], to: r[n + 3] };
      if (!rows.has(stretch.place)) rows.set(stretch.place, []);
      rows.get(stretch.place).push(stretch);
      if (!this.byValue.has(stretch.value)) this.byValue.set(stretch.value, []);
      this.byValue.get(stretch.value).push(stretch);
    }
    this.rows = [...rows.entries()].sort((a, b) => a[0] - b[0]).map(([place, list]) => ({ place, list: list.sort((a, b) => a.from - b.from) }));
    const inSlots = [...this.byValue.values()].filter(list => list.some(s => s.place >= 32)).length;
    element("range-sum").textContent = `${many(this.byValue.size, "value")} · ${inSlots.toLocaleString("en")} of them in slots · ${many(compiled.slots.length, "slot")} · ${many(compiled.steps, "step")}`;
    this.fitted = false;
    this.choose(-1);
    if (this.canvas.clientWidth) this.fit();
  }
  fit() {
    this.fitted = true;
    const w = this.canvas.clientWidth - RangeView.LEFT - 10;
    this.view = { x: RangeView.LEFT, y: RangeView.TOP, k: Math.max(1e-4, Math.min(24, w / Math.max(1, this.compiled.steps))) };
    this.later();
  }
  stretchAt(px, py) {
    const row = this.rows[Math.floor((py - this.view.y) / RangeView.ROW)];
    if (!row || py < RangeView.TOP) return null;
    const step = (px - this.view.x) / this.view.k, slack = 1 / this.view.k;
    return row.list.find(s => s.from <= step && s.to + 1 >= step) ?? row.list.find(s => s.from - slack <= step && s.to + 1 + slack >= step) ?? null;
  }
  hover(px, py) {
    const s = px < 0 ? null : this.stretchAt(px, py);
    this.canvas.style.cursor = s ? "pointer" : "";
    if ((s?.value ?? -1) === this.over) return;
    this.over = s?.value ?? -1;
    if (s) status(`%${s.value} in ${placeName(s.place, this.compiled.slots)}, steps ${s.from} to ${s.to}`);
    this.later();
  }
  press(px, py) { this.choose(this.stretchAt(px, py)?.value ?? -1); }
  choose(value) {
    this.value = value;
    const list = this.byValue?.get(value);
    const words = list?.slice().sort((a, b) => a.from - b.from).slice(0, 40).map(s => `${placeName(s.place, this.compiled.slots)} ${s.from}–${s.to}`);
    element("places").textContent = list ? `%${value}: ${words.join(", ")}${list.length > 40 ? ", …" : ""}` : "A bar is a value in a place, step by step: registers above, slots below. Choose one to read where else it is.";
    this.later();
  }
  draw() {
    const { context: c, w, h } = begin(this.canvas), t = tints(), v = this.view;
    const { LEFT, TOP, ROW: R } = RangeView;
    const total = this.rows.length * R;
    v.y = Math.min(TOP, Math.max(h - total - 10, v.y));
    if (total + TOP + 10 <= h) v.y = TOP;
    v.x = Math.min(LEFT, Math.max(Math.min(LEFT, w - 20 - this.compiled.steps * v.k), v.x));
    const mono = getComputedStyle(document.documentElement).getPropertyValue("--mono");
    const from = Math.max(0, (LEFT - v.x) / v.k), to = (w - v.x) / v.k;
    // Loops as bands, deeper ones darker.
    c.save();
    c.beginPath();
    c.rect(LEFT, 0, w - LEFT, h);
    c.clip();
    c.fillStyle = t.heat;
    for (const l of this.compiled.loops) {
      const a = this.compiled.blocks[l.header].first, last = this.compiled.blocks[l.last], b = last.first + last.steps;
      if (b < from || a > to) continue;
      c.globalAlpha = 0.1;
      c.fillRect(v.x + a * v.k, TOP - 6, Math.max(1, (b - a) * v.k), h);
    }
    const marked = this.over >= 0 ? this.over : this.value;
    this.rows.forEach(({ place, list }, n) => {
      const y = v.y + n * R;
      if (y + R < TOP || y > h) return;
      c.fillStyle = place < 16 ? t.int : place < 32 ? t.vec : t.slot;
      let lo = 0, hi = list.length;
      while (lo < hi) { const mid = lo + hi >> 1; if (list[mid].to < from) lo = mid + 1; else hi = mid; }
      let end = -1;
      for (let i = Math.max(0, lo - 1); i < list.length && list[i].from <= to; i++) {
        const s = list[i], a = v.x + s.from * v.k, b = v.x + (s.to + 1) * v.k;
        const isMarked = s.value === marked;
        if (!isMarked && b < end + 0.6) continue;
        end = b;
        c.globalAlpha = marked < 0 ? 0.75 : isMarked ? 1 : 0.28;
        c.fillRect(a, y + 3, Math.max(0.8, b - a - (v.k > 2 ? 1 : 0)), R - 6);
        if (b - a > 34 && v.k > 0.5) {
          c.globalAlpha = 1;
          c.fillStyle = t.paper;
          c.font = `10px ${mono}`;
          c.textBaseline = "middle";
          c.fillText("%" + s.value, Math.max(a, LEFT) + 4, y + R / 2 + 0.5, b - a - 6);
          c.fillStyle = place < 16 ? t.int : place < 32 ? t.vec : t.slot;
        }
      }
    });
    c.restore();
    c.globalAlpha = 1;
    c.fillStyle = t.paper;
    c.fillRect(0, 0, LEFT - 4, h);
    c.fillRect(0, 0, w, TOP - 6);
    c.font = `11px ${mono}`;
    c.textBaseline = "middle";
    this.rows.forEach(({ place }, n) => {
      const y = v.y + n * R + R / 2;
      if (y < TOP || y > h) return;
      c.fillStyle = t.quiet;
      c.textAlign = "right";
      c.fillText(place < 32 ? REGISTERS[place] : "slot" + (place - 32), LEFT - 10, y);
    });
    // Steps, at round numbers.
    const unit = 10 ** Math.ceil(Math.log10(80 / v.k)), every = [unit / 5, unit / 2, unit].find(u => u * v.k >= 70) ?? unit;
    c.textAlign = "center";
    for (let s = Math.ceil(from / every) * every; s <= Math.min(to, this.compiled.steps); s += every) {
      c.fillStyle = t.quiet;
      c.fillText(String(Math.round(s)), v.x + s * v.k, 10);
      c.fillStyle = t.line;
      c.fillRect(v.x + s * v.k, TOP - 6, 1, 4);
    }
    c.textAlign = "left";
  }
}
RangeView.LEFT = 72;
RangeView.TOP = 26;
RangeView.ROW = 18;
