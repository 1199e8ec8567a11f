// Waits until the process PID catches SIGHUP, which the demo service does once it listens. Exit 1 when it has ended.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 50;
const pid = process.argv[2];

while (!catchesHangUp(statusOf(pid))) await pause(POLL_MS);

function statusOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    console.error(`Cannot wait for process ${pid}: it has ended`);
    process.exit(1);
  }
}

/** SigCgt is a set of bits in hexadecimal; SIGHUP is 1, the lowest. */
function catchesHangUp(status) {
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return (BigInt(`0x${caught}`) & 1n) === 1n;
}
