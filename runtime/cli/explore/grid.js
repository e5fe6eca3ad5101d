// The rows that can be seen, and what belongs to the line under the pointer.

const ROW = 20;
const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = text => text.replace(/[&<>"]/g, c => escapes[c]);

const TOKENS = /(;.*$)|("[^"]*")|(\b[vb]\d+\b|%\d+|\bB\d+\b|\bslot\d+\b|\.[ld]\d+|\$[^\s()]+)|(\b(?:i32|i64|f32|f64|v128|v256|ref)\b(?!\.))|(\b0x[0-9a-f]+\b|[-+]?\b\d[\d.]*\b)|(!\w+)/g;
const painted = new Map();

// A line's text with its names, numbers and comments told apart.
function paint(text, form) {
  const key = form + text;
  let html = painted.get(key);
  if (html !== undefined) return html;
  const indent = /^ */.exec(text)[0].length;
  const shown = " ".repeat(Math.min(indent, 16));
  let rest = text.slice(indent);
  html = "";
  if (form === "source") {
    const at = rest.indexOf("  ");
    html = at < 0 ? `<i class="q">${escaped(rest)}</i>` : `<i class="q">${escaped(rest.slice(0, at))}</i>  ${escaped(rest.slice(at + 2))}`;
    rest = "";
  } else if (form === "asm" || form === "wat") {
    const word = /^\S+/.exec(rest)?.[0] ?? "";
    if (!word.startsWith(".")) {
      html = `<b>${escaped(word)}</b>`;
      rest = rest.slice(word.length);
    }
  }
  let done = 0;
  for (const m of rest.matchAll(TOKENS)) {
    html += escaped(rest.slice(done, m.index));
    const kind = m[1] || m[6] ? "q" : m[2] ? "s" : m[3] ? "v" : m[4] ? "y" : "n";
    html += `<i class="${kind}">${escaped(m[0])}</i>`;
    done = m.index + m[0].length;
  }
  html = shown + html + escaped(rest.slice(done));
  if (painted.size > 20000) painted.clear();
  painted.set(key, html);
  return html;
}

class Grid {
  constructor(report) {
    this.report = report;
    this.box = element("grid");
    this.space = element("space");
    this.body = element("rows");
    this.map = element("map");
    this.columns = [];
    this.aligned = { rows: 0, lines: [], rowOf: () => -1 };
    this.active = { row: 0, column: 0 };
    this.pinned = null;
    this.hovered = this.token = null;
    this.first = this.last = 0;
    this.box.addEventListener("scroll", () => this.later());
    new ResizeObserver(() => { this.measure(); this.draw(true); }).observe(this.box);
    const cell = event => {
      const c = event.target.closest?.(".c");
      return c && { row: +c.dataset.r, column: +c.dataset.c };
    };
    this.body.addEventListener("mousemove", event => {
      const at = cell(event);
      const token = event.target.classList.contains("v") ? event.target.textContent : null;
      if (this.hovered?.row === at?.row && this.hovered?.column === at?.column && this.token === token) return;
      // Where a name was lit it must be put out.
      this.tokens = this.token !== null;
      this.token = token;
      this.hovered = at && this.line(at) !== NOTHING ? at : null;
      this.light();
    });
    this.body.addEventListener("mouseleave", () => { this.tokens = this.token !== null; this.hovered = this.token = null; this.light(); });
    this.body.addEventListener("click", event => {
      const at = cell(event);
      if (!at || getSelection()?.toString()) return;
      this.active = at;
      this.pin(at);
    });
    this.box.addEventListener("keydown", event => this.key(event));
    this.box.addEventListener("focus", () => this.light());
    this.box.addEventListener("blur", () => this.light());
    const jump = event => {
      if (event.buttons & 1) this.box.scrollTop = event.offsetY / this.map.clientHeight * this.aligned.rows * ROW - this.box.clientHeight / 2;
    };
    this.map.addEventListener("pointerdown", event => { this.map.setPointerCapture(event.pointerId); jump(event); });
    this.map.addEventListener("pointermove", jump);
  }

  // columns: {station, comparison, width}
  show(f, columns, withGone) {
    this.f = f;
    this.columns = columns;
    this.aligned = align(f.wat, columns, withGone);
    this.space.style.height = this.aligned.rows * ROW + "px";
    this.hovered = this.token = null;
    this.tokens = false;
    this.differences = [];
    for (let row = 0; row < this.aligned.rows; row++) {
      if (columns.some((_, c) => this.mark(row, c))) this.differences.push(row);
    }
    this.measure();
    this.draw(true);
    this.light();
  }

  measure() {
    const sum = this.columns.reduce((s, c) => s + c.width, 0) || 1;
    const width = this.box.clientWidth;
    this.wide = this.columns.map(c => width * c.width / sum > 520);
  }

  line({ row, column }) {
    return row < this.aligned.rows && column < this.columns.length ? this.aligned.lines[column].out[row] : NOTHING;
  }
  // Station and line of what stands there.
  what(at) {
    const line = at ? this.line(at) : NOTHING;
    if (line === NOTHING) return null;
    const { station, comparison } = this.columns[at.column];
    return line >= 0 ? { station, n: line } : { station: comparison.other, n: ~line, gone: true };
  }
  mark(row, column) {
    const line = this.aligned.lines[column].out[row];
    return line === NOTHING ? "" : line < 0 ? "gone" : this.columns[column].comparison.marks[line];
  }

  later() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.draw(false); });
  }

  draw(anew) {
    const { rows } = this.aligned;
    const top = Math.floor(this.box.scrollTop / ROW);
    const seen = Math.ceil(this.box.clientHeight / ROW) + 1;
    if (anew) {
      this.body.textContent = "";
      this.first = this.last = 0;
      this.backdrop = null;
    }
    const bottom = Math.min(rows, top + seen);
    if (this.first > top || this.last < bottom || this.first === this.last) {
      const first = Math.max(0, top - 16), last = Math.min(rows, top + seen + 16);
      const { body } = this;
      if (first >= this.last || last <= this.first) {
        body.textContent = "";
        this.first = this.last = first;
      }
      // What is still in sight stays; rows come and go at the ends.
      for (; this.first < first; this.first++) body.firstChild.remove();
      for (; this.last > last; this.last--) body.lastChild.remove();
      const before = this.first - first, after = this.last;
      body.insertAdjacentHTML("afterbegin", this.html(first, this.first));
      body.insertAdjacentHTML("beforeend", this.html(after, last));
      this.first = first;
      this.last = last;
      const relation = this.relation(this.focus);
      for (let n = 0; n < before; n++) this.lightRow(body.children[n], relation);
      for (let n = after - first; n < last - first; n++) this.lightRow(body.children[n], relation);
    }
    this.drawMap();
  }

  html(from, to) {
    let html = "";
    for (let row = from; row < to; row++) {
      html += `<div class="row" role="row" aria-rowindex="${row + 1}" style="top:${row * ROW}px">`;
      for (let c = 0; c < this.columns.length; c++) html += this.cell(row, c);
      html += "</div>";
    }
    return html;
  }

  cell(row, column) {
    const what = this.what({ row, column });
    if (!what) return `<div class="c none" data-r="${row}" data-c="${column}"></div>`;
    const { station, n } = what;
    const mark = this.mark(row, column);
    const above = row ? this.what({ row: row - 1, column }) : null;
    const offset = station.offset[n];
    const showsOffset = offset >= 0 && (!above || above.station.offset[above.n] !== offset);
    const kind = station.kind(n);
    const isLabel = kind === KIND.block || station.form === "asm" && !station.bytes(n);
    let classes = "c";
    if (mark) classes += " " + mark;
    if (isLabel) classes += " label";
    if (kind === KIND.edge) classes += " edge";
    if (kind === KIND.edit) classes += " edit";
    if (this.aligned.lines[column].flags[row]) classes += " moved";
    let html = `<div class="${classes}" role="gridcell" data-r="${row}" data-c="${column}"><span class="o">${showsOffset ? offset.toString(16) : ""}</span><span class="k">${MARKS[mark] ?? ""}</span>`;
    if (station.form === "asm" && this.wide[column]) {
      const hex = station.bytes(n).match(/../g) ?? [];
      const shown = hex.length > 10 ? hex.slice(0, 9).join("") + "…" : hex.join("");
      html += `<span class="a">${hex.length ? station.address[n].toString(16) : ""}</span><span class="x">${shown}</span>`;
    }
    const deeper = isLabel || station.form === "wat" || station.form === "source" || station.form === "asm" ? "" : "  ";
    return html + `<span class="t">${deeper}${paint(station.line(n), station.form)}</span></div>`;
  }

  // The line that all others are seen from.
  get focus() {
    return this.hovered ?? this.pinned ?? (document.activeElement === this.box ? this.active : null);
  }

  // What belongs to it: offsets, and for the lines of a station whether they are the same thing.
  relation(at) {
    const what = this.what(at);
    if (!what) return null;
    const { station, n } = what;
    const offset = station.offset[n];
    const offsets = new Set();
    if (station.form === "source") {
      const until = n + 1 < station.length ? station.offset[n + 1] : Infinity;
      for (const o of this.f.wat.offset) if (o >= offset && o < until) offsets.add(o);
    } else if (offset >= 0) {
      offsets.add(offset);
    }
    const family = s => s.form === "ssa" ? "ssa" : s.form === "wat" || s.form === "source" ? s.form : "machine";
    const id = station.id[n] & 7 && station.kind(n) !== KIND.edge && station.kind(n) !== KIND.data ? station.id[n] : -1;
    const same = (s, m) => s === station ? m === n : id >= 0 && s.strategy === station.strategy && family(s) === family(station) && s.id[m] === id;
    const source = this.f.shared.find(s => s.form === "source");
    const sourceLine = source && offset >= 0 ? source.offset.findLastIndex(o => o <= offset) : -1;
    const near = (s, m) => s.form === "source" ? s === station ? m === n : m === sourceLine : s.offset[m] >= 0 && offsets.has(s.offset[m]);
    return { what, offset, offsets, same, near };
  }

  light() {
    const relation = this.relation(this.focus);
    for (const row of this.body.children) this.lightRow(row, relation);
    this.report(relation);
    this.drawMap(relation);
  }

  lightRow(row, relation) {
    const { pinned, active } = this;
    const isActive = document.activeElement === this.box;
    const strategy = this.columns[this.focus?.column]?.station.strategy;
    for (const c of row.children) {
      const at = { row: +c.dataset.r, column: +c.dataset.c };
      const what = this.what(at);
      let hot = "";
      if (relation && what) hot = relation.same(what.station, what.n) ? "2" : relation.near(what.station, what.n) ? "1" : "";
      if ((c.dataset.hot ?? "") !== hot) hot ? c.dataset.hot = hot : delete c.dataset.hot;
      c.classList.toggle("here", isActive && at.row === active.row && at.column === active.column);
      c.classList.toggle("pinned", pinned !== null && at.row === pinned.row && at.column === pinned.column);
      if (this.token === null && !this.tokens) continue;
      for (const token of c.querySelectorAll(".t .v")) {
        token.classList.toggle("on", token.textContent === this.token && what.station.strategy === strategy);
      }
    }
  }

  drawMap(relation = this.relation(this.focus)) {
    const { map } = this;
    const ratio = devicePixelRatio, w = map.clientWidth, h = map.clientHeight;
    if (!w || !h) return;
    if (map.width !== Math.round(w * ratio) || map.height !== Math.round(h * ratio)) {
      map.width = Math.round(w * ratio);
      map.height = Math.round(h * ratio);
    }
    const context = map.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, w, h);
    const rows = Math.max(this.aligned.rows, this.box.clientHeight / ROW);
    const y = row => row / rows * h;
    const colors = tints();
    const key = `${w} ${h} ${colors.difference}`;
    if (this.backdrop?.key !== key) {
      // Differences do not move: they are drawn once.
      const canvas = document.createElement("canvas");
      canvas.width = w;
      canvas.height = h;
      const fill = canvas.getContext("2d");
      fill.fillStyle = colors.difference;
      let drawn = -1;
      for (const row of this.differences ?? []) {
        const at = Math.floor(y(row));
        if (at !== drawn) fill.fillRect(3, at, w - 6, 1);
        drawn = at;
      }
      this.backdrop = { key, canvas };
    }
    context.globalAlpha = 0.6;
    context.drawImage(this.backdrop.canvas, 0, 0, w, h);
    context.globalAlpha = 1;
    if (relation) {
      context.fillStyle = colors.hot;
      for (const offset of relation.offsets) {
        const row = this.aligned.rowOf(offset);
        if (row >= 0) context.fillRect(0, y(row) - 1, w, 3);
      }
    }
    context.fillStyle = colors.view;
    context.fillRect(0, y(this.box.scrollTop / ROW), w, Math.max(4, y(this.box.clientHeight / ROW)));
  }

  reveal(row) {
    const top = this.box.scrollTop, height = this.box.clientHeight;
    if (row * ROW < top + ROW || (row + 2) * ROW > top + height) this.box.scrollTop = Math.max(0, row * ROW - height / 3);
    this.draw(false);
  }

  pin(at) {
    this.pinned = at && this.line(at) !== NOTHING ? at : null;
    this.light();
    this.onpin?.(this.pinned && this.what(this.pinned));
  }

  // Puts the focus on a line of this offset. False if there is none.
  go(offset) {
    const row = this.aligned.rowOf(offset);
    if (row < 0) return false;
    for (let column = 0; column < this.columns.length; column++) {
      for (let r = row; r < this.aligned.rows; r++) {
        const what = this.what({ row: r, column });
        if (what && what.station.offset[what.n] > offset) break;
        if (what && what.station.offset[what.n] === offset) {
          this.active = { row: r, column };
          this.pinned = this.active;
          this.reveal(r);
          this.light();
          return true;
        }
        if (r > row + 400) break;
      }
    }
    this.reveal(row);
    return true;
  }

  // The line of a station, wherever it stands.
  goLine(column, n) {
    const row = this.aligned.lines[column].out.indexOf(n);
    if (row < 0) return;
    this.active = { row, column };
    this.reveal(row);
    this.pin(this.active);
  }

  difference(way) {
    const list = this.differences;
    if (!list.length) return;
    // From the end of the stretch that the line is in.
    const starts = list.filter((row, n) => !n || list[n - 1] < row - 1);
    const from = this.active.row;
    const row = way > 0 ? starts.find(r => r > from) ?? starts[0] : starts.findLast(r => r < from) ?? starts[starts.length - 1];
    const column = this.columns.findIndex((_, c) => this.mark(row, c));
    this.active = { row, column: Math.max(0, column) };
    this.reveal(row);
    this.pin(this.active);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { rows } = this.aligned;
    const page = Math.max(1, Math.floor(this.box.clientHeight / ROW) - 2);
    const moves = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -rows, End: rows };
    if (event.key in moves) {
      this.active.row = Math.min(rows - 1, Math.max(0, this.active.row + moves[event.key]));
      // Over gaps, as far as they go.
      const step = Math.sign(moves[event.key]);
      let row = this.active.row;
      while (row >= 0 && row < rows && this.line({ row, column: this.active.column }) === NOTHING) row += step;
      if (row >= 0 && row < rows) this.active.row = row;
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const to = this.active.column + (event.key === "ArrowLeft" ? -1 : 1);
      this.active.column = Math.min(this.columns.length - 1, Math.max(0, to));
    } else if (event.key === "Enter") {
      this.pin(this.active);
    } else if (event.key === "Escape") {
      this.pin(null);
    } else {
      return;
    }
    event.preventDefault();
    this.hovered = null;
    this.reveal(this.active.row);
    this.light();
  }
}

const MARKS = { add: "+", change: "~", gone: "−", differ: "≠", soft: "≈" };
