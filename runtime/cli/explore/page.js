// The page: which function, which columns, which view; kept in the address, so that a link leads to all of it.
// #f=12&s=wat,ssa:gvn,asm@1&l=0x1a2&v=flow    function, stations (@strategy, 0 if not said), line, view

const strategies = about.strategies;
const shown = about.functions.filter(row => row[3]);
const phone = matchMedia("(max-width: 700px)");
const state = { f: shown.reduce((a, b) => a[2] >= b[2] ? a : b)[0], columns: [], gone: false, view: "lines" };
let f = null;

function status(text, html) {
  const box = element("status");
  if (html) box.innerHTML = html; else box.textContent = text;
}

// Names of the fields in which the strategies differ are all that tells them apart.
const fields = strategies.map(s => s.split(","));
const shortStrategy = n => strategies.length < 2 ? "" : fields[n].filter((v, i) => fields.some(s => s[i] !== v)).map(v => v.split("=")[1]).join(" ") || "same " + (n + 1);
for (const select of document.querySelectorAll("select.strategy")) {
  select.innerHTML = strategies.map((s, n) => `<option value="${n}">${escaped(shortStrategy(n) || s)}</option>`).join("");
  select.hidden = strategies.length < 2;
  select.title = strategies.join("\n");
  select.addEventListener("change", () => showDrawing(+select.value));
}

// ---- columns

const WEIGHTS = { source: 12, wat: 11, ssa: 15, mach: 16, regalloc: 18, asm: 17 };
const stationsOf = s => f.compiled[s].stations.map(x => x.name);
const passes = s => stationsOf(s).filter(n => n.startsWith("ssa:"));
const column = (name, strategy = 0) => ({ name, strategy });
const front = () => f.shared.map(s => column(s.name));

// Sensible choices of columns; the first is where one starts.
function presets() {
  const all = f.compiled.map((_, n) => n);
  const list = [];
  if (all.length > 1) list.push(["Strategies", [column("wat"), ...all.slice(0, 4).map(s => column("asm", s))]]);
  const last = passes(0).at(-1);
  list.push(["Pipeline", [...front(), column(last), column("regalloc"), column("asm")]]);
  const middle = passes(0)[passes(0).length >> 1];
  list.push(["Passes", [column("wat"), ...[...new Set([passes(0)[0], middle, last])].map(p => column(p))]]);
  list.push(["Allocation", [column("mach"), column("regalloc"), column("asm")]]);
  if (all.length > 1) list.push(["SSA", [column("wat"), ...all.slice(0, 4).map(s => column(passes(s).at(-1), s))]]);
  return list;
}

const same = (a, b) => a.length === b.length && a.every((c, n) => c.name === b[n].name && (c.strategy === b[n].strategy || f.station(c.name, 0)?.strategy === -1));

// What a column is compared with: the same station of the strategy to its left, else the station before.
function reference(columns, n) {
  const { station } = columns[n];
  if (station.strategy < 0) return null;
  for (let m = n - 1; m >= 0; m--) {
    const other = columns[m].station;
    if (other.form === station.form && other.strategy !== station.strategy) return other;
  }
  // The leftmost of several strategies, with the next.
  if (strategies.length > 1 && station.form !== "ssa") {
    const other = columns.slice(n + 1).find(c => c.station.form === station.form && c.station.strategy !== station.strategy);
    if (other) return other.station;
  }
  const list = f.compiled[station.strategy].stations;
  const at = list.indexOf(station);
  if (station.form === "ssa") {
    const left = columns.slice(0, n).findLast(c => c.station.form === "ssa" && c.station.strategy === station.strategy);
    return left?.station ?? (at > 0 ? list[at - 1] : null);
  }
  return null;
}

function showColumns() {
  const wanted = phone.matches ? state.columns.slice(0, 1) : state.columns;
  const columns = wanted.map(c => ({ ...c, station: f.station(c.name, c.strategy) })).filter(c => c.station);
  columns.forEach((c, n) => {
    const other = reference(columns, n);
    c.comparison = compare(c.station, other);
    c.width = WEIGHTS[c.station.form];
  });
  const template = columns.map(c => `minmax(${Math.round(c.width * 1.1)}rem, ${c.width}fr)`).join(" ");
  document.documentElement.style.setProperty("--columns", phone.matches ? "1fr" : template);
  grid.show(f, columns, state.gone);
  heads(columns);
  element("presets").innerHTML = presets().map(([name, list], n) =>
    `<button data-n="${n}" aria-pressed="${same(list, state.columns)}">${name}</button>`).join("");
  const strip = [...f.shared.map(s => [s.name, 0]), ...f.compiled.flatMap((c, s) => c.stations.map(x => [x.name, s]))];
  element("strip").innerHTML = strip.map(([name, s]) => {
    const on = state.columns[0]?.name === name && state.columns[0].strategy === s;
    const tail = strategies.length > 1 && f.station(name, s).strategy >= 0 ? ` <small>${escaped(shortStrategy(s))}</small>` : "";
    return `<button data-name="${name}" data-s="${s}" aria-pressed="${on}">${name}${tail}</button>`;
  }).join("");
  element("strip").querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  const count = grid.differences.length;
  element("differences").textContent = count ? `${count.toLocaleString("en")} lines differ` : "";
  remember();
}

function heads(columns) {
  const box = element("heads");
  box.innerHTML = "";
  columns.forEach((c, n) => {
    const head = document.createElement("div");
    head.className = "head";
    const names = [...new Set([...f.shared.map(s => s.name), ...stationsOf(c.strategy)])];
    const strategyChoice = strategies.length > 1 && c.station.strategy >= 0
      ? `<select data-what="strategy" aria-label="Strategy of column ${n + 1}">${strategies.map((_, s) => `<option value="${s}"${s === c.strategy ? " selected" : ""}>${escaped(shortStrategy(s))}</option>`).join("")}</select>` : "";
    const { marks, gone, other } = c.comparison;
    const count = kind => marks.reduce((sum, m) => sum + (m === kind), 0);
    const parts = [["add", "+"], ["change", "~"], ["differ", "≠"], ["soft", "≈"]].map(([k, sign]) => [count(k), sign, k]);
    if (gone.length) parts.push([gone.length, "−", "gone"]);
    const words = parts.filter(p => p[0]).map(([many, sign, k]) => `<b class="m ${k}">${sign}${many}</b>`).join(" ");
    const against = other ? `compared with ${other.name}${other.strategy !== c.station.strategy ? " of " + shortStrategy(other.strategy) : ""}` : "";
    head.innerHTML = `<select data-what="name" aria-label="Station of column ${n + 1}">${names.map(name => `<option${name === c.name ? " selected" : ""}>${name}</option>`).join("")}</select>${strategyChoice}<span class="quiet count" title="${escaped(against)}">${words || c.station.length.toLocaleString("en") + " lines"}</span><span class="grow"></span>`
      + `<button class="plain" data-what="more" title="One more column" aria-label="One more column">+</button>` + (columns.length > 1 ? `<button class="plain" data-what="less" title="Close this column" aria-label="Close this column">×</button>` : "");
    head.addEventListener("change", event => {
      const what = event.target.dataset.what;
      state.columns[n] = { ...state.columns[n], [what]: what === "strategy" ? +event.target.value : event.target.value };
      keepPlace(showColumns);
      element("heads").children[n]?.querySelector(`[data-what=${what}]`)?.focus();
    });
    head.addEventListener("click", event => {
      const what = event.target.dataset?.what;
      if (what === "less") state.columns.splice(n, 1);
      else if (what === "more") state.columns.splice(n + 1, 0, { ...state.columns[n], name: next(c) });
      else return;
      keepPlace(showColumns);
    });
    box.append(head);
  });
}

function next(c) {
  const names = [...f.shared.map(s => s.name), ...stationsOf(c.strategy)];
  return names[Math.min(names.length - 1, names.indexOf(c.name) + 1)];
}

// After the columns change, the same operator stands where it stood.
function keepPlace(change) {
  const top = Math.round(grid.box.scrollTop / ROW);
  let offset = -1;
  for (let row = top; row < Math.min(grid.aligned.rows, top + 60) && offset < 0; row++) {
    for (let c = 0; c < grid.columns.length && offset < 0; c++) {
      const what = grid.what({ row, column: c });
      if (what && !grid.aligned.lines[c].flags[row]) offset = what.station.offset[what.n];
    }
  }
  const pinned = grid.pinned && grid.what(grid.pinned);
  const pinnedOffset = pinned ? pinned.station.offset[pinned.n] : -1;
  grid.pinned = null;
  grid.active = { row: 0, column: 0 };
  change();
  const row = offset < 0 ? 0 : grid.aligned.rowOf(offset);
  grid.box.scrollTop = Math.max(0, row) * ROW;
  if (pinnedOffset >= 0) {
    const scroll = grid.box.scrollTop;
    grid.go(pinnedOffset);
    grid.box.scrollTop = scroll;
  }
  grid.draw(true);
}

// ---- what is said of the line under the pointer

function report(relation) {
  if (!relation) return status(`${f.compiled.map((c, s) => `${shortStrategy(s) ? shortStrategy(s) + ": " : ""}${many(c.bytes, "byte")} of code, ${many(c.blocks.length, "block")}, ${many(c.slots.length, "slot")}`).join(" · ")}`);
  const { what, offset, offsets } = relation;
  const text = what.station.line(what.n).trim();
  const parts = [];
  const list = what.station.strategy < 0 ? f.compiled.map((_, n) => n) : [what.station.strategy];
  for (const s of list) {
    const words = [];
    const count = station => { let n = 0; for (const o of offsets) n += station.linesAt(o).length; return n; };
    const { stations } = f.compiled[s];
    let last = null, goneAt = null;
    for (const station of stations.filter(x => x.form === "ssa")) {
      if (count(station)) { last = station; goneAt = null; } else if (last && !goneAt) goneAt = station;
    }
    if (offset >= 0) {
      if (goneAt) words.push(`nothing left of it after ${goneAt.name}`);
      else if (last) words.push(`${many(count(last), "op")} in ${last.name}`);
      const asm = stations.at(-1);
      const lines = [...offsets].flatMap(o => [...asm.linesAt(o)]).filter(n => asm.bytes(n));
      const bytes = lines.reduce((sum, n) => sum + asm.bytes(n).length / 2, 0);
      if (lines.length) words.push(`${many(lines.length, "instruction")}, ${many(bytes, "byte")}`);
      else words.push("no instruction");
    }
    if (words.length) parts.push((what.station.strategy < 0 && shortStrategy(s) ? `<b>${escaped(shortStrategy(s))}</b> ` : "") + words.join(" · "));
  }
  const hex = what.station.bytes(what.n);
  const bytes = hex ? ` <span class="quiet">${hex.match(/../g).slice(0, 16).join(" ")}${hex.length > 32 ? " …" : ""}</span>` : "";
  const origin = relation.offset >= 0 ? [...f.wat.linesAt(offset)].map(n => f.wat.line(n).trim())[0] : "";
  const from = origin && what.station.form !== "wat" ? ` <span class="quiet">from</span> ${escaped(origin)}` : "";
  status("", `<code><i class="o">${offset >= 0 ? "@" + offset.toString(16) : ""}</i> ${escaped(text)}${bytes}${from}</code> <span class="quiet">${parts.join("  |  ")}</span>`);
}

// ---- the address

function columnsText() {
  return state.columns.map(c => c.name + (c.strategy ? "@" + c.strategy : "")).join(",");
}

let timer = 0;
function remember() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const pinned = grid.pinned && grid.what(grid.pinned);
    const line = pinned && pinned.station.offset[pinned.n] >= 0 ? "&l=0x" + pinned.station.offset[pinned.n].toString(16) : "";
    const view = state.view === "lines" ? "" : "&v=" + state.view;
    const hash = `#f=${state.f}&s=${columnsText()}${line}${view}`;
    if (location.hash !== hash) history.replaceState(null, "", hash);
  }, 150);
}

function follow() {
  const parts = Object.fromEntries(location.hash.slice(1).split("&").map(p => p.split("=").map(decodeURIComponent)));
  const index = parts.f === undefined ? state.f : +parts.f;
  const known = shown.some(row => row[0] === index);
  showFunction(known ? index : state.f, (parts.s ?? "").split(",").filter(Boolean).map(text => {
    const [name, s] = text.split("@");
    return column(name, Math.min(strategies.length - 1, +(s ?? 0) || 0));
  }), parts.v, parts.l ? Number(parts.l) : -1);
  if (!known) status(`Function ${parts.f} is not in this page.`);
}

// ---- views

const grid = new Grid(report);
grid.onpin = remember;
const flow = new FlowView(n => {
  const at = f.compiled[drawn].blocks[n];
  status(`B${n}: ` + COSTS.map((name, i) => at.costs[i] ? `${at.costs[i]} ${name}` : "").filter(Boolean).join(" · ") + " — Enter or a second click shows its lines");
  if (flow.opened === n && performance.now() - flow.when < 600) openBlock(n);
  flow.opened = n;
  flow.when = performance.now();
});
const ranges = new RangeView();
let drawn = 0;

function openBlock(n) {
  showView("lines");
  let at = state.columns.findIndex(c => ["regalloc", "mach"].includes(c.name) && c.strategy === drawn);
  if (at < 0 || phone.matches && at > 0) {
    at = phone.matches ? 0 : state.columns.length;
    state.columns.splice(at, phone.matches ? 1 : 0, column("regalloc", drawn));
    showColumns();
  }
  const station = f.station(state.columns[at].name, drawn);
  grid.goLine(at, station.byId.get(n * 8 + KIND.block));
  grid.box.focus();
}

function showDrawing(strategy) {
  drawn = strategy;
  for (const select of document.querySelectorAll("select.strategy")) select.value = strategy;
  if (state.view === "flow" && flow.compiled !== f.compiled[drawn]) flow.show(f.compiled[drawn]);
  if (state.view === "ranges" && ranges.compiled !== f.compiled[drawn]) ranges.show(f.compiled[drawn]);
}

const VIEWS = ["lines", "flow", "ranges"];
function showView(view) {
  state.view = VIEWS.includes(view) ? view : "lines";
  for (const v of VIEWS) {
    element(v).hidden = v !== state.view;
    element("tab-" + v).setAttribute("aria-selected", v === state.view);
    element("tab-" + v).tabIndex = v === state.view ? 0 : -1;
  }
  showDrawing(drawn);
  if (state.view === "lines") { grid.measure(); grid.draw(true); }
  remember();
}
VIEWS.forEach((v, n) => {
  element("tab-" + v).addEventListener("click", () => showView(v));
  element("tab-" + v).addEventListener("keydown", event => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!way) return;
    const to = VIEWS[(n + way + VIEWS.length) % VIEWS.length];
    showView(to);
    element("tab-" + to).focus();
  });
});

function showFunction(index, columns, view, line) {
  state.f = index;
  f = read(index);
  const row = about.functions.find(r => r[0] === index);
  element("choose").innerHTML = `<span class="name">${escaped(row[1])}</span> <small>${index} · ${size(row[2])}</small>`;
  element("choose").title = row[1] + " (f: all functions)";
  document.title = `${row[1]} · ${about.name} · samite explore`;
  state.columns = columns.filter(c => f.station(c.name, c.strategy));
  if (!state.columns.length) state.columns = phone.matches ? [column("asm")] : presets()[0][1];
  drawn = Math.min(drawn, strategies.length - 1);
  flow.compiled = ranges.compiled = null;
  grid.pinned = null;
  grid.active = { row: 0, column: 0 };
  grid.box.scrollTop = 0;
  showView(view ?? state.view);
  showColumns();
  if (line >= 0 && !grid.go(line)) status(`No operator of this function is at ${line.toString(16)}.`);
}

// ---- functions

const size = bytes => bytes < 10000 ? bytes + " bytes" : Math.round(bytes / 1024) + " KiB";
let listed = [];
const functionList = new List(element("function-list"), 28, n => {
  const [index, name, bytes, here] = listed[n];
  return `<span class="i">${index}</span><span class="fname${here ? "" : " absent"}">${escaped(name)}</span><span class="size">${size(bytes)}</span>`;
}, n => {
  const [index, name, , here] = listed[n];
  if (!here) {
    element("function-note").innerHTML = `Not in this page. <code>samite explore ${escaped(about.name)} --function ${index}</code> shows ${escaped(name)}.`;
    return;
  }
  element("functions").close();
  showFunction(index, state.columns, state.view, -1);
  grid.box.focus();
});

function filter() {
  const word = element("filter").value.trim().toLowerCase();
  listed = about.functions.filter(([index, name]) => !word || name.toLowerCase().includes(word) || String(index) === word);
  // What can be looked at comes first, then by size.
  listed.sort((a, b) => b[3] - a[3] || b[2] - a[2]);
  functionList.fill(listed.length);
  element("function-note").textContent = `${listed.length.toLocaleString("en")} of ${about.functions.length.toLocaleString("en")} functions; this page has ${shown.length.toLocaleString("en")}.`;
}
element("filter").addEventListener("input", filter);
element("filter").addEventListener("keydown", event => {
  if (event.key === "ArrowDown") { event.preventDefault(); element("function-list").focus(); }
  if (event.key === "Enter") { event.preventDefault(); if (listed.length) functionList.take(functionList.active); }
});
function chooseFunction() {
  element("functions").showModal();
  filter();
  element("filter").select();
}
element("choose").addEventListener("click", chooseFunction);
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
}
element("help-button").addEventListener("click", () => element("help").showModal());

// ---- find

let found = { text: "", at: -1 };
function find(text) {
  const offset = /^@?(0x)?([0-9a-f]+)$/i.exec(text);
  if (text.startsWith("@") && offset) {
    if (!grid.go(parseInt(offset[2], 16))) status(`No operator of this function is at ${offset[2]}.`);
    return;
  }
  if (!text) return;
  const word = text.toLowerCase(), { rows } = grid.aligned;
  const from = found.text === text ? found.at + 1 : grid.active.row;
  for (let n = 0; n < rows; n++) {
    const row = (from + n) % rows;
    for (let c = 0; c < grid.columns.length; c++) {
      const what = grid.what({ row, column: c });
      if (what && what.station.line(what.n).toLowerCase().includes(word)) {
        found = { text, at: row };
        grid.active = { row, column: c };
        grid.reveal(row);
        grid.pin(grid.active);
        return;
      }
    }
  }
  status(`“${text}” is in none of these columns.`);
}
element("find").addEventListener("keydown", event => {
  if (event.key === "Enter") { event.preventDefault(); find(event.target.value.trim()); }
  if (event.key === "Escape") grid.box.focus();
});

// ---- the rest

element("presets").addEventListener("click", event => {
  const button = event.target.closest("button");
  if (button) { state.columns = presets()[+button.dataset.n][1]; keepPlace(showColumns); }
});
element("strip").addEventListener("click", event => {
  const button = event.target.closest("button");
  if (button) { state.columns[0] = column(button.dataset.name, +button.dataset.s); keepPlace(showColumns); }
});
element("gone").addEventListener("change", event => { state.gone = event.target.checked; keepPlace(showColumns); });
element("next").addEventListener("click", () => grid.difference(1));
element("previous").addEventListener("click", () => grid.difference(-1));
element("value").addEventListener("input", event => {
  const n = parseInt(event.target.value.replace(/\D/g, ""), 10);
  ranges.choose(Number.isNaN(n) ? -1 : n);
});
element("blocks").addEventListener("keydown", event => { if (event.key === "Enter") openBlock(flow.list.active); });
element("blocks").addEventListener("dblclick", () => openBlock(flow.list.active));
element("graph").addEventListener("dblclick", () => flow.chosen >= 0 && openBlock(flow.chosen));

const dark = matchMedia("(prefers-color-scheme: dark)");
const theme = () => document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
function repaint() {
  tintCache = null;
  element("theme").textContent = theme() === "dark" ? "light" : "dark";
  grid.drawMap();
  if (flow.compiled) flow.later();
  if (ranges.compiled) ranges.later();
}
function turn() {
  document.documentElement.dataset.theme = theme() === "dark" ? "light" : "dark";
  repaint();
}
element("theme").addEventListener("click", turn);
dark.addEventListener("change", repaint);
phone.addEventListener("change", () => keepPlace(showColumns));
addEventListener("hashchange", follow);

addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, dialog")) return;
  const act = {
    "?": () => element("help").showModal(),
    "/": () => { showView("lines"); element("find").select(); },
    f: chooseFunction,
    n: () => grid.difference(1),
    p: () => grid.difference(-1),
    d: () => element("gone").click(),
    t: turn,
    "1": () => { showView("lines"); grid.box.focus(); },
    "2": () => { showView("flow"); element("blocks").focus(); },
    "3": () => { showView("ranges"); element("chart").focus(); },
    "[": () => step(-1),
    "]": () => step(1),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
function step(way) {
  const list = presets(), at = list.findIndex(([, columns]) => same(columns, state.columns));
  state.columns = list[(at + way + list.length) % list.length][1];
  keepPlace(showColumns);
}

element("title").textContent = about.name;
element("title").title = `${about.name}, ${size(about.bytes)} · samite ${about.version}\n${strategies.join("\n")}`;
follow();
repaint();
// For those who measure: the page can be used from here on.
performance.mark("ready");
