// The target of the benchmarks, in a process of its own: a bare node:http server that notes each arrival.
// Plain JavaScript, so that no loader stands between. FREEZE_AFTER_MS and FREEZE_MS: once, so long after the first
// request, the whole process stands still for so long.
import { createServer } from 'node:http';

const ARRIVALS_KEPT = 1_000_000;
const arrivalsMs = new Float64Array(ARRIVALS_KEPT);
let count = 0;
const freezeAfterMs = Number(process.env.FREEZE_AFTER_MS ?? 0);
const freezeMs = Number(process.env.FREEZE_MS ?? 0);

const server = createServer((request, response) => {
  if (request.url === '/arrivals') {
    const kept = Math.min(count, ARRIVALS_KEPT);
    const body = JSON.stringify({ count, arrivalsMs: Array.from(arrivalsMs.subarray(0, kept)) });
    count = 0;
    response.end(body);
    return;
  }
  if (request.url !== '/') {
    response.statusCode = 404;
    response.end();
    return;
  }
  if (count < ARRIVALS_KEPT) arrivalsMs[count] = performance.now();
  if (count++ === 0 && freezeMs > 0) setTimeout(freeze, freezeAfterMs);
  response.end('ok');
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.stdin.resume().on('end', () => process.exit(0));

function freeze() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, freezeMs);
}
