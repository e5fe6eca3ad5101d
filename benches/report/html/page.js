"use strict";
// Without this all is there; with it, one can choose, search, sort, and change the theme. No storage is needed, and none is relied on.
for (const controls of document.querySelectorAll(".controls")) controls.hidden = false;

// Theme: system, light, dark.
{
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const themes = ["system", "light", "dark"];
  const kept = () => { try { return localStorage.getItem("samite-theme"); } catch { return null; } };
  const set = (theme) => {
    if (theme === "system") delete root.dataset.theme; else root.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
  };
  let theme = themes.includes(kept()) ? kept() : "system";
  set(theme);
  button.hidden = false;
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    set(theme);
    try { localStorage.setItem("samite-theme", theme); } catch { /* a page from a file may have none */ }
  });
}

// One panel of several.
for (const select of document.querySelectorAll("select[data-panels]")) {
  const panels = document.querySelectorAll(`[data-panel="${select.dataset.panels}"]`);
  const show = () => { for (const panel of panels) panel.hidden = panel.id !== select.value; };
  select.addEventListener("change", show);
  show();
}

// Searching: every word must be in a row.
for (const input of document.querySelectorAll("input[data-filter]")) {
  const items = [...document.querySelectorAll(input.dataset.filter)].map((item) => [item, (item.dataset.name ?? item.innerText).toLowerCase()]);
  const count = input.parentElement.querySelector(".count");
  const search = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [item, text] of items) {
      item.hidden = !words.every((word) => text.includes(word));
      shown += item.hidden ? 0 : 1;
    }
    count.textContent = words.length ? `${shown} of ${items.length}` : "";
  };
  input.addEventListener("input", search);
  search();
}

// Sorting: numbers by their value, what is missing last.
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const key = (row, at) => {
    const cell = row.cells[at];
    if (cell.dataset.v !== undefined) return Number(cell.dataset.v);
    return cell.classList.contains("n") ? null : cell.textContent;
  };
  const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b));
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of heads) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...body.rows].map((row) => [key(row, at), row]);
      rows.sort(([a], [b]) => (a === null || b === null ? (a === null) - (b === null) : compare(a, b) * (up ? 1 : -1)));
      body.append(...rows.map(([, row]) => row));
    });
  });
}
