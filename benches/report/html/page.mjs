// Opens a page made by `samite bench --html` in headless Chromium and objects to what is broken:
//
//     node benches/report/html/page.mjs PAGE.html [FOLDER]        needs Debian's chromium; $CHROMIUM names another one
//
// Nothing is loaded from elsewhere and nothing complains; at desktop and phone width, in both themes, nothing is wider than the window, text has
// contrast, and no text is cut; the tab key reaches every control, and shows where it is; choosing, searching, sorting, the theme and printing
// work. With a folder, screenshots are left there to be looked at. Speaks the browser's own protocol over a pipe: no package is needed.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [file, folder] = process.argv.slice(2);
if (!file) {
  console.error("usage: node page.mjs PAGE.html [FOLDER for screenshots]");
  process.exit(2);
}
const url = pathToFileURL(resolve(file)).href;
const home = mkdtempSync(join(tmpdir(), "samite-page-"));
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--hide-scrollbars", `--user-data-dir=${home}`, "--remote-debugging-pipe", "about:blank"];
const browser = spawn(process.env.CHROMIUM ?? "chromium", flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
browser.on("error", (error) => { console.error(`cannot start chromium: ${error.message}`); process.exit(2); });

// The protocol: JSON messages that end with a zero byte.
const waiting = new Map();
const events = [];
let next = 1, rest = Buffer.alloc(0);
browser.stdio[4].on("data", (data) => {
  rest = Buffer.concat([rest, data]);
  for (let end; (end = rest.indexOf(0)) >= 0; rest = rest.subarray(end + 1)) {
    const message = JSON.parse(rest.subarray(0, end).toString());
    if (message.id) {
      const { done, fail } = waiting.get(message.id);
      waiting.delete(message.id);
      message.error ? fail(new Error(message.error.message)) : done(message.result);
    } else events.push(message);
  }
});
let session;
const send = (method, params = {}) => new Promise((done, fail) => {
  waiting.set(next, { done, fail });
  browser.stdio[3].write(JSON.stringify({ id: next++, method, params, sessionId: session }) + "\0");
});
const evaluate = async (code) => {
  const { result, exceptionDetails } = await send("Runtime.evaluate", { expression: `(() => { ${code} })()`, returnByValue: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
};
const press = async (key, code) => {
  const text = key === "Enter" ? "\r" : undefined;
  await send("Input.dispatchKeyEvent", { type: "keyDown", key, code: key, windowsVirtualKeyCode: code, text });
  await send("Input.dispatchKeyEvent", { type: "keyUp", key, code: key, windowsVirtualKeyCode: code });
};
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

let checks = 0;
const faults = [];
const check = (right, what) => { checks += 1; if (!right) faults.push(what); };

// Text that is cut, wider than the window, or too pale. WCAG 2.2, 1.4.3: 4.5 to 1, large text 3 to 1.
const LOOK = `
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgb = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const luminance = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, k) => sum + c * [0.2126, 0.7152, 0.0722][k], 0);
  const behind = (element) => { for (let e = element; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] > 250) return c; } return [255, 255, 255]; };
  const pale = new Map();
  for (const element of document.querySelectorAll("p, th, td, code, span, b, dt, dd, a, button, summary, label, h1, h2, figcaption, text")) {
    if (![...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || !element.checkVisibility() || element.closest(".hide, [aria-hidden]:not(svg)")) continue;
    const style = getComputedStyle(element);
    const drawn = element instanceof SVGElement;
    const [a, b] = [luminance(rgb(drawn ? style.fill : style.color)), luminance(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const needed = parseFloat(style.fontSize) >= 24 ? 3 : 4.5;
    if (contrast < needed) pale.set(element.tagName + "." + (element.getAttribute("class") ?? ""), contrast.toFixed(1) + " in " + element.textContent.trim().slice(0, 20));
  }
  const wide = document.documentElement.scrollWidth > innerWidth
    ? [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, nav, svg, .hide, .skip")).slice(0, 4).map((e) => e.tagName + "." + e.className)
    : null;
  return { pale: [...pale].map((p) => p.join(": ")), wide, paper: getComputedStyle(document.body).backgroundColor, height: document.documentElement.scrollHeight };
`;

try {
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  session = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(`${domain}.enable`);
  const open = async (width, height, scheme) => {
    await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    await send("Page.navigate", { url });
    for (let tries = 0; tries < 200 && !(await evaluate("return document.readyState === 'complete'")); tries += 1) await pause(50);
  };

  const papers = {};
  for (const [name, width, height] of [["desktop", 1280, 900], ["phone", 375, 812]]) {
    for (const scheme of ["light", "dark"]) {
      await open(width, height, scheme);
      const place = `${name}, ${scheme}`;
      const look = await evaluate(LOOK);
      check(look.wide === null, `${place}: wider than the window: ${look.wide}`);
      check(look.pale.length === 0, `${place}: text without contrast: ${look.pale.slice(0, 6).join("; ")}`);
      papers[scheme] = look.paper;
      if (folder) {
        mkdirSync(folder, { recursive: true });
        const shot = async (suffix, clip) => {
          const { data } = await send("Page.captureScreenshot", { format: "png", captureBeyondViewport: Boolean(clip), clip });
          writeFileSync(join(folder, `${name}-${scheme}${suffix}.png`), Buffer.from(data, "base64"));
        };
        await shot("");
        for (const section of await evaluate(`return [...document.querySelectorAll("section")].map((s) => { const r = s.getBoundingClientRect(); return { id: s.id, y: r.top + scrollY, height: r.height }; })`)) {
          await shot(`-${section.id}`, { x: 0, y: section.y, width, height: Math.min(section.height, 1400), scale: 1 });
        }
      }
    }
  }
  check(papers.light !== papers.dark, `both themes have the paper ${papers.light}`);

  // The theme's button: system, light, dark.
  await open(1280, 900, "light");
  const paper = () => evaluate("return getComputedStyle(document.body).backgroundColor");
  const button = "document.getElementById('theme')";
  await evaluate(`${button}.click(); ${button}.click();`);
  check((await paper()) === papers.dark, "the button does not make it dark");
  check((await evaluate(`return ${button}.textContent`)) === "Theme: dark", "the button does not say so");
  await evaluate(`${button}.click();`);
  check((await paper()) === papers.light, "the button does not give the system's theme back");

  // By keyboard.
  const controls = await evaluate(`return [...document.querySelectorAll("a, button, select, input, summary, [tabindex='0']")].filter((e) => e.checkVisibility()).length`);
  let reached = 0, hidden = [];
  const first = await evaluate("document.activeElement.blur(); scrollTo(0, 0); return document.activeElement.tagName");
  check(first === "BODY", "something has the focus at the start");
  for (let step = 0; step < controls + 5; step += 1) {
    await press("Tab", 9);
    const at = await evaluate(`
      const e = document.activeElement; if (e === document.body || e.dataset.reached) return null; e.dataset.reached = "1";
      const s = getComputedStyle(e); return { name: e.tagName + "#" + e.id + " " + e.textContent.slice(0, 20), shown: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 };`);
    if (!at) break;
    reached += 1;
    if (!at.shown) hidden.push(at.name);
  }
  check(reached === controls, `the tab key reaches ${reached} of ${controls} controls`);
  check(hidden.length === 0, `no sign of the focus: ${hidden.slice(0, 4)}`);

  // Choosing a panel, searching, sorting.
  const panels = await evaluate(`
    const select = document.querySelector("select[data-panels]"); if (!select) return null;
    select.value = select.options[select.options.length - 1].value; select.dispatchEvent(new Event("change"));
    return [...document.querySelectorAll(".panel")].filter((p) => p.checkVisibility()).map((p) => p.id).join() === select.value;`);
  check(panels !== false, "the chosen panel is not the one that is shown");
  const name = await evaluate(`return document.querySelector("#all tbody th").textContent`);
  await evaluate(`document.getElementById("all-search").focus()`);
  await send("Input.insertText", { text: name });
  const found = await evaluate(`return [...document.querySelectorAll("#all tbody tr")].filter((r) => !r.hidden).map((r) => r.innerText.toLowerCase())`);
  check(found.length > 0 && found.every((text) => text.includes(name.toLowerCase())), "searching finds something else");
  check(/^\d+ of \d+$/.test(await evaluate(`return document.querySelector("#all-search").parentElement.querySelector(".count").textContent`)), "nobody counts");
  await evaluate(`const i = document.getElementById("all-search"); i.value = ""; i.dispatchEvent(new Event("input")); document.querySelectorAll("#all thead button")[3].focus()`);
  for (const direction of ["ascending", "descending"]) {
    await press("Enter", 13);
    const [said, values] = await evaluate(`
      const rows = [...document.querySelectorAll("#all tbody tr")];
      return [document.querySelectorAll("#all thead th")[3].getAttribute("aria-sort"), rows.map((r) => r.cells[3].dataset.v).filter(Boolean).map(Number)];`);
    const right = values.every((v, k) => k === 0 || (direction === "ascending" ? values[k - 1] <= v : values[k - 1] >= v));
    check(said === direction && right, `sorted ${said}, wanted ${direction}`);
  }

  // Charts have a text: a name, or they only repeat their row.
  const mute = await evaluate(`return [...document.querySelectorAll("svg")].filter((s) => !s.closest("[aria-hidden=true]") && !s.closest("[role=img][aria-label]")).length`);
  check(mute === 0, `${mute} charts have no text`);
  const { data } = await send("Page.printToPDF", { printBackground: true });
  check(Buffer.from(data, "base64").subarray(0, 5).toString() === "%PDF-", "it does not print");
  if (folder) writeFileSync(join(folder, "print.pdf"), Buffer.from(data, "base64"));

  for (const { method, params } of events) {
    if (method === "Runtime.exceptionThrown") faults.push(`script: ${params.exceptionDetails.exception?.description ?? params.exceptionDetails.text}`);
    if (method === "Runtime.consoleAPICalled") faults.push(`console: ${params.type} ${params.args.map((a) => a.value).join(" ")}`);
    if (method === "Log.entryAdded") faults.push(`log: ${params.entry.text}`);
    if (method === "Network.requestWillBeSent" && !/^(file|data|about|blob):/.test(params.request.url)) faults.push(`asks for ${params.request.url}`);
  }
} finally {
  browser.kill();
  await new Promise((done) => browser.once("close", done));
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}
for (const fault of faults) console.error(fault);
console.log(`${checks} checks, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);
