// Opens a page of `samite explore` in headless Chromium and uses it: the named check of the page, not part of `cargo test`.
//
//   samite explore app.wasm -o app.html && node runtime/cli/tests/explore.mjs app.html [SCREENSHOTS]
//
// Needs node 18 and Debian's `chromium` (or CHROMIUM=program); no packages. Fails, saying what, if the page takes two seconds to be of use, if it
// says anything on the console or asks the network, if hovering, keys, deep links or drawings do not do what they are for, or if anything
// sticks out at 375 pixels. With a folder it leaves pictures of both themes and of a phone's width there, to be looked at.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [file, folder] = process.argv.slice(2);
if (!file) {
  console.error("usage: node explore.mjs PAGE.html [SCREENSHOTS]");
  process.exit(2);
}
const url = pathToFileURL(resolve(file)).href;
const profile = mkdtempSync(join(tmpdir(), "explore-"));
const browser = spawn(process.env.CHROMIUM ?? "chromium",
  ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars=false", "--no-first-run", `--user-data-dir=${profile}`, "--remote-debugging-pipe"],
  { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });

// ---- the protocol: messages ended by a zero byte

let last = 0, rest = "";
const waiting = new Map(), heard = [];
browser.stdio[4].setEncoding("utf8").on("data", text => {
  const parts = (rest + text).split("\0");
  rest = parts.pop();
  for (const part of parts) {
    const message = JSON.parse(part);
    if (message.id) {
      const { done, fail } = waiting.get(message.id);
      waiting.delete(message.id);
      message.error ? fail(new Error(JSON.stringify(message.error))) : done(message.result);
    } else {
      heard.push(message);
    }
  }
});
let session;
function send(method, params = {}) {
  return new Promise((done, fail) => {
    waiting.set(++last, { done, fail });
    browser.stdio[3].write(JSON.stringify({ id: last, method, params, sessionId: session }) + "\0");
  });
}
const pause = time => new Promise(done => setTimeout(done, time));

async function ask(expression) {
  const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}

let faults = 0;
function check(holds, what) {
  console.log(`${holds ? "ok  " : "FAIL"}  ${what}`);
  if (!holds) faults++;
}

async function screen(width, height, theme, mobile = false) {
  await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: mobile ? 2 : 1, mobile });
  await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: theme }] });
  await pause(200);
}
async function open(hash = "") {
  await send("Page.navigate", { url: "about:blank" });
  await send("Page.navigate", { url: url + hash });
  for (let n = 0; n < 600 && !await ask(`performance.getEntriesByName("ready").length > 0`).catch(() => false); n++) await pause(20);
  // The first picture after it.
  return ask(`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))`);
}
async function picture(name) {
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await pause(150);
  const { data } = await send("Page.captureScreenshot", { format: "png" });
  writeFileSync(join(folder, name + ".png"), Buffer.from(data, "base64"));
}
const CODES = { Enter: 13, Escape: 27, Tab: 9, ArrowDown: 40, ArrowUp: 38, ArrowLeft: 37, ArrowRight: 39, End: 35, Home: 36, PageDown: 34 };
async function press(key) {
  const text = key === "Enter" ? "\r" : key.length === 1 ? key : undefined;
  const common = { key, windowsVirtualKeyCode: CODES[key] ?? key.toUpperCase().charCodeAt(0), code: CODES[key] ? key : undefined };
  await send("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", text, ...common });
  await send("Input.dispatchKeyEvent", { type: "keyUp", ...common });
  await pause(60);
}
const move = (x, y) => send("Input.dispatchMouseEvent", { type: "mouseMoved", x, y });
const middle = selector => ask(`(() => { const r = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`);
async function click(selector) {
  const [x, y] = await middle(selector);
  for (const type of ["mousePressed", "mouseReleased"]) await send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
  await pause(80);
}
const inked = id => ask(`(() => { const c = document.getElementById("${id}"); const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
  const colors = new Set(); for (let n = 0; n < d.length; n += 4) colors.add(d[n] << 16 | d[n + 1] << 8 | d[n + 2]); return colors.size; })()`);

// ---- the checks

try {
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  session = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
  for (const domain of ["Page", "Runtime", "Log", "Network", "Performance"]) await send(domain + ".enable");

  await screen(1440, 900, "light");
  await open();
  const times = [];
  for (let n = 0; n < 3; n++) times.push(await open());
  const time = times.sort((a, b) => a - b)[1];
  check(time < 2000, `of use after ${Math.round(time)} ms (median of ${times.map(Math.round).join(", ")})`);
  const rows = await ask(`Math.round(document.getElementById("space").clientHeight / 20)`);
  const there = await ask(`document.querySelectorAll(".row").length`);
  check(rows > 0 && there > 0 && there < 200, `${rows} rows, of which ${there} are in the page`);

  // An instruction that stands level with something else.
  const spot = await ask(`(() => {
    const cells = [...document.querySelectorAll(".c:not(.none)")].filter(c => c.querySelector(".o").textContent && +c.dataset.c === document.querySelectorAll(".head").length - 1);
    const all = cells.map(c => c.getBoundingClientRect()).filter(r => r.top > 150 && r.bottom < innerHeight - 60);
    const seen = all[2] ?? all[0];
    return seen && [seen.x + 120, seen.y + 8];
  })()`);
  if (!spot) throw new Error("no instruction stands level with anything on the first screen");
  await move(...spot);
  await pause(100);
  const hot = await ask(`[...new Set([...document.querySelectorAll("[data-hot]")].map(c => c.dataset.c))].length`);
  check(hot >= 2, `hovering an instruction tints lines in ${hot} columns`);
  check(await ask(`document.getElementById("status").textContent.includes("@")`), "the line at the bottom says where it comes from");
  await picture("lines-light");

  const spent = async () => Object.fromEntries((await send("Performance.getMetrics")).metrics.map(m => [m.name, m.value]));
  const before = await spent();
  const frames = await ask(`new Promise(done => {
    const box = document.getElementById("grid"), times = []; let before = performance.now(), n = 0;
    const next = now => { times.push(now - before); before = now; box.scrollTop += 170; ++n < 90 ? requestAnimationFrame(next) : done(times.slice(2).sort((a, b) => a - b)); };
    requestAnimationFrame(next);
  })`);
  const after = await spent();
  // What the page does itself: the rest of a frame is the browser's, and on a busy machine anybody's.
  const own = ["ScriptDuration", "LayoutDuration", "RecalcStyleDuration"].reduce((sum, name) => sum + after[name] - before[name], 0) * 1000 / frames.length;
  check(own < 12, `scrolling: ${own.toFixed(1)} ms of script and layout a frame; a frame each ${frames[frames.length >> 1].toFixed(1)} ms, the slowest twentieth ${frames[Math.floor(frames.length * 0.95)].toFixed(1)} ms`);

  await ask(`document.getElementById("grid").scrollTop = 0`);
  await move(5, 5);
  await ask(`document.getElementById("grid").focus()`);
  for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "Enter"]) await press(key);
  await pause(300);
  const link = await ask("location.hash");
  check(/&l=0x[0-9a-f]+/.test(link), `Enter pins a line and the address has it: ${link}`);
  await press("n");
  check(await ask(`document.querySelectorAll(".here").length === 1`), "n goes to a difference");
  await press("2");
  check(await ask(`!document.getElementById("flow").hidden && document.activeElement.id === "blocks"`), "2 shows the flow and its list has the focus");
  await pause(200);
  check(await inked("graph") > 5, "the graph is drawn");
  await press("ArrowDown");
  await picture("flow-light");
  await press("Enter");
  check(await ask(`!document.getElementById("lines").hidden && document.querySelector(".pinned") !== null`), "Enter on a block shows its lines");
  await press("3");
  await pause(200);
  check(await inked("chart") > 5, "live ranges are drawn");
  await picture("ranges-light");
  await press("f");
  check(await ask(`document.getElementById("functions").open && document.querySelectorAll("#function-list .item").length > 0`), "f lists functions");
  await picture("functions-light");
  await press("Escape");
  await press("1");

  const named = await ask(`[...document.querySelectorAll("button, select, input, canvas[tabindex], [tabindex='0']")].filter(e => e.checkVisibility() && e.tabIndex >= 0).length`);
  await ask(`document.activeElement.blur()`);
  const reached = new Set();
  for (let n = 0; n < named + 5; n++) {
    await press("Tab");
    reached.add(await ask(`[...document.querySelectorAll("*")].indexOf(document.activeElement)`));
  }
  check(reached.size >= named, `Tab reaches ${reached.size} of ${named} controls`);

  await open(link);
  const wanted = /l=0x([0-9a-f]+)/.exec(link)[1];
  const pinned = await ask(`(() => { const c = document.querySelector(".pinned"); return c && [...c.parentElement.querySelectorAll(".o")].map(o => o.textContent).join(" ") + " " + document.getElementById("status").textContent; })()`);
  check(pinned?.includes(wanted), `a link to ${wanted} leads there`);

  for (const [key, name] of [["]", "next"], ["]", "third"]]) {
    await press(key);
    await picture("columns-" + name + "-light");
  }
  await screen(1440, 900, "dark");
  await open();
  const night = await ask(`getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number).every(n => n < 80)`);
  check(night, "dark where the system is dark");
  await move(...spot);
  await picture("lines-dark");
  await press("2");
  await picture("flow-dark");
  await press("3");
  await picture("ranges-dark");
  await press("t");
  check(await ask(`getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number).every(n => n > 180)`), "t turns it light");

  await screen(375, 740, "light", true);
  for (const [view, theme] of [["lines", "light"], ["flow", "light"], ["ranges", "dark"], ["lines", "dark"]]) {
    await screen(375, 740, theme, true);
    await open(view === "lines" ? "" : "#v=" + view);
    await pause(200);
    const width = await ask(`Math.max(document.documentElement.scrollWidth, document.body.scrollWidth, ...[...document.querySelectorAll("header, .bar, footer, .frame, .split, #chart, #grid")].filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect().right))`);
    check(width <= 375, `${view} at 375 pixels is ${width} wide`);
    await picture(`phone-${view}-${theme}`);
  }
  const tabs = await ask(`document.querySelectorAll("#strip button").length`);
  await open("");
  await ask(`document.querySelector("#strip button:nth-child(2)").scrollIntoView({ inline: "center" })`);
  await click("#strip button:nth-child(2)");
  check(tabs > 3 && await ask(`document.querySelector("#strip button:nth-child(2)").getAttribute("aria-pressed") === "true"`), `${tabs} stations to choose from`);

} catch (error) {
  check(false, error.stack);
} finally {
  const said = heard.filter(m => m.method === "Runtime.exceptionThrown" || m.method === "Runtime.consoleAPICalled" || m.method === "Log.entryAdded");
  check(said.length === 0, "nothing on the console" + said.slice(0, 3).map(m => "\n      " + (m.params.exceptionDetails?.exception?.description ?? JSON.stringify(m.params))).join(""));
  const asked = heard.filter(m => m.method === "Network.requestWillBeSent").map(m => m.params.request.url).filter(u => !u.startsWith(url) && u !== "about:blank");
  check(asked.length === 0, "nothing asked of the network " + asked.join(" "));
  browser.kill();
  await pause(300);
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
console.log(faults ? `${faults} of the checks failed` : "all well");
process.exit(faults ? 1 : 0);
