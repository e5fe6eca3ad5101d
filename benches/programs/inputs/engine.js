// A test program for JavaScript engines that have no more than `print` or `console.log`.
const say = typeof console === 'object' ? (...a) => console.log(a.join(' ')) : print;
let seed = 12345;
const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff);

// numbers: sieve, n-body, spectral norm, 64-bit and big integers
{
  const n = 200000, composite = new Uint8Array(n + 1);
  let primes = 0;
  for (let i = 2; i <= n; i++) if (!composite[i]) { primes++; for (let j = i * i; j <= n; j += i) composite[j] = 1; }
  say('primes', primes);
  const bodies = [[0, 0, 0, 0, 0, 0, 39.47], [4.84, -1.16, -.10, .6, 2.81, -.02, .037], [8.34, 4.12, -.4, -1.01, 1.82, .008, .011]];
  for (let step = 0; step < 4000; step++) {
    for (let i = 0; i < 3; i++) for (let j = i + 1; j < 3; j++) {
      const a = bodies[i], b = bodies[j], dx = a[0] - b[0], dy = a[1] - b[1], dz = a[2] - b[2];
      const d2 = dx * dx + dy * dy + dz * dz, m = 0.001 / (d2 * Math.sqrt(d2));
      a[3] -= dx * b[6] * m; a[4] -= dy * b[6] * m; a[5] -= dz * b[6] * m;
      b[3] += dx * a[6] * m; b[4] += dy * a[6] * m; b[5] += dz * a[6] * m;
    }
    for (const b of bodies) { b[0] += 0.001 * b[3]; b[1] += 0.001 * b[4]; b[2] += 0.001 * b[5]; }
  }
  say('bodies', bodies.map(b => b.slice(0, 3).map(x => x.toFixed(9)).join(',')).join(' '));
  let f = 1n;
  for (let i = 2n; i <= 300n; i++) f *= i;
  say('300!', f.toString().length, f % 1000000007n, BigInt.asIntN(64, f >> 500n));
  say('parse', parseFloat('1e-7'), (1 / 3).toString(3).slice(0, 20), (123.456).toExponential(2), 0.1 + 0.2, 5e-324, 2 ** 53 + 1);
}

// objects: a red-black-free treap by closures, classes with private fields, getters, proxies, symbols
class Treap {
  #root = null; size = 0;
  insert(key, value) { this.#root = this.#put(this.#root, key, value); }
  #put(node, key, value) {
    if (!node) { this.size++; return { key, value, weight: random(), left: null, right: null }; }
    const side = key < node.key ? 'left' : key > node.key ? 'right' : null;
    if (!side) { node.value = value; return node; }
    const child = node[side] = this.#put(node[side], key, value);
    if (child.weight < node.weight) return node;
    const other = side === 'left' ? 'right' : 'left';
    node[side] = child[other]; child[other] = node;
    return child;
  }
  *[Symbol.iterator](node = this.#root) {
    if (node) { yield* this[Symbol.iterator](node.left || 0); yield [node.key, node.value]; yield* this[Symbol.iterator](node.right || 0); }
  }
}
{
  const treap = new Treap();
  for (let i = 0; i < 5000; i++) treap.insert(random() % 3000, i);
  let last = -1, sorted = true, sum = 0;
  for (const [k, v] of treap) { sorted &&= k > last; last = k; sum += v; }
  say('treap', treap.size, sorted, sum);
  const seen = [];
  const proxy = new Proxy({ a: 1 }, { get: (t, k) => (seen.push(String(k)), t[k] ?? 42), has: () => true });
  say('proxy', proxy.a + proxy.b, 'zz' in proxy, seen);
  const map = new Map(), weak = new WeakMap(), key = {};
  for (let i = 0; i < 20000; i++) map.set('k' + (i * 7919 % 4001), i);
  weak.set(key, map.size);
  say('map', weak.get(key), [...map.entries()].slice(0, 3).join(';'));
}

// strings, regular expressions, JSON, sorting, typed arrays, dates, errors, generators, promises
{
  const words = [];
  for (let i = 0; i < 4000; i++) words.push('w' + (random() % 500).toString(36) + (i % 3 ? '' : 'é'));
  const text = words.join(' ');
  const counts = {};
  for (const [w] of text.matchAll(/\bw([0-9a-z]+)(é)?/gu)) counts[w] = (counts[w] ?? 0) + 1;
  say('words', Object.entries(counts).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 5).join(' '));
  say('replace', 'John Smith, Ada Love'.replace(/(?<first>\w+) (?<last>\w+)/g, '$<last> $<first>'), 'aBc'.normalize('NFD').toUpperCase());
  say('look', 'price 30€, 7€ x8'.match(/(?<!x)\d+(?=€)/g).join('|'), /^(?:a+)+$/.test('aaaaaaaaaaaaaaaa!'));
  const tree = JSON.parse(JSON.stringify({ a: [1, { b: null }], c: '\u2028"', d: new Date(86400000 * 365.25) }), (k, v) => typeof v === 'number' ? v + 1 : v);
  say('json', JSON.stringify(tree), JSON.stringify([...'😀é'].map(c => c.codePointAt(0))));
  const f = Float64Array.from({ length: 10000 }, () => random() / 1000).sort();
  say('sort', f[0], f[5000], f[9999], new Uint32Array(f.buffer)[777], [3, 1, 10, 2].sort().join(), [5, 1, 4].toSorted?.((a, b) => a - b) ?? '');
  const view = new DataView(new ArrayBuffer(16));
  view.setFloat32(1, Math.PI); view.setBigUint64(8, 0xdeadbeefcafef00dn, true);
  say('view', view.getUint32(1).toString(16), view.getInt16(8), view.getFloat64(8, true));
  say('date', new Date(Date.UTC(2024, 1, 29, 12, 30)).toISOString(), new Date('2000-02-30T00:00:00Z').getTime(), Date.parse('Thu, 01 Jan 1970 00:00:10 GMT'));
  const order = [];
  const deep = n => n ? deep(n - 1) + 1 : 0;
  try { null.x; } catch (e) { order.push(e instanceof TypeError); } finally { order.push('finally'); }
  order.push(deep(200));
  label: for (let i = 0; ; i++) for (let j = 0; ; j++) { if (j > i) continue label; if (i * j > 20) { order.push(i, j); break label; } }
  const [a, , { b: [c] = [7] } = {}, ...rest] = [1, 2, {}, 4, 5];
  order.push(a, c, ...rest, ((x, y = x + 1, ...z) => [x, y, z.length])(1, undefined, 3, 4).join());
  say('flow', order);
  function* walk() { const got = yield 1; try { yield got * 2; } finally { yield 'end'; } }
  const g = walk();
  say('generator', [g.next().value, g.next(21).value, g.return(9).value, g.next().value, g.next().done]);
  const sleep = v => new Promise(done => done(v));
  (async () => {
    const log = [];
    for await (const v of (async function* () { yield 1; yield sleep(2); })()) log.push(v);
    log.push(...(await Promise.allSettled([sleep(3), Promise.reject(new Error('no'))])).map(r => r.status));
    say('async', log);
  })();
  say('last before the jobs');
}
