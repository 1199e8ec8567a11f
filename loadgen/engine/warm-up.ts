import { type AddressInfo, createServer, type Server } from 'node:net';
import { createRecorder } from '../measure/recorder.ts';
import type { Phase } from '../schedule/phase.ts';
import { arrivalSequence } from '../schedule/sequence.ts';
import { openWireClient } from '../wire/http1.ts';
import type { Client } from '../wire/wire.ts';
import { after } from './after.ts';
import { startClock } from './clock.ts';
import { type LoopContext, StopState } from './loop.ts';
import { OpenLoop } from './open.ts';

/** Below this rate cold code is late for so few requests that it is not worth the wait. */
export const WARM_UP_FROM_PER_SECOND = 50;

const PHASES: readonly Phase[] = [{ kind: 'even', requests: 1500, durationMs: 75 }];
const CONNECTIONS = 32;
const TIMEOUT_MS = 5000;
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/**
 * Sends some requests to a socket of this very thread before the run starts. Cold code is late: by milliseconds at low
 * rates, and at high ones by a backlog of a tenth of a second that would sit in the quantiles of a short run.
 */
export async function warmUp(): Promise<void> {
  const server = createServer((socket) => {
    socket.on('data', () => socket.write(ANSWER));
    socket.on('error', () => {});
  });
  const origin = await listening(server);
  const options = { origin, timeoutMs: TIMEOUT_MS, insecure: false, lanes: CONNECTIONS };
  const client = await openWireClient(options);
  const alarm = { ring: () => {} };
  const clock = await startClock('timer', () => alarm.ring());
  try {
    const loop = new OpenLoop(
      warmUpContext(client),
      arrivalSequence(PHASES, 0, { index: 0, of: 1 }),
      client,
      {
        connections: CONNECTIONS,
        giveUpMs: TIMEOUT_MS,
      },
    );
    alarm.ring = () => loop.wake();
    await loop.run(clock);
  } finally {
    await clock.close();
    await client.close();
    await new Promise((resolve) => server.close(resolve));
  }
}

function warmUpContext(client: Client): LoopContext {
  const prepared = client.prepare({ method: 'GET', path: '/', headers: {}, body: null });
  return {
    startMs: performance.now(),
    now: () => performance.now(),
    after,
    recorder: createRecorder([{ method: 'GET', path: '/' }], 1),
    stop: new StopState(),
    requests: { entry: () => 0, endpoint: () => 0, prepared: () => prepared },
  };
}

function listening(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}
