import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { NativeBucket, NativeHistogram } from '../../loadgen/accuracy/native.ts';
import { part } from '../support/parts.ts';

/** One series `h{id="…"}` of native histograms. */
export type HistogramSeries = {
  readonly id: string;
  readonly samples: readonly { readonly atMs: number; readonly histogram: NativeHistogram }[];
};

export type LivePrometheus = {
  /** Stores native histograms with whole counts. */
  write(series: readonly HistogramSeries[]): Promise<void>;
  /** Asks an instant query; the answers by the label `id`, exact. */
  query(expression: string, atMs: number): Promise<Map<string, number>>;
  stop(): Promise<void>;
};

const START_LIMIT_MS = 30_000;

/**
 * Starts a real Prometheus on a free loopback port, with native histograms and nothing to scrape.
 * @throws Error when it does not start
 */
export async function startPrometheus(): Promise<LivePrometheus> {
  const program = part('prometheus');
  const directory = mkdtempSync(join(tmpdir(), 'loadgen-prometheus-'));
  writeFileSync(join(directory, 'prometheus.yml'), '{}');
  const child = spawn(
    program,
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
      '--web.enable-remote-write-receiver',
      '--enable-feature=native-histograms',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const url = await listeningUrl(child);
    await ready(url);
    return {
      write: (series) => write(url, series),
      query: (expression, atMs) => query(url, expression, atMs),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Prometheus says on stderr which port it was given; the pipe is read to the end, or it would block. */
function listeningUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    const timer = setTimeout(
      () => reject(new Error(`Prometheus does not listen:\n${said.join('\n')}`)),
      START_LIMIT_MS,
    );
    createInterface({ input: child.stderr! }).on('line', (line) => {
      said.push(line);
      const address = /Listening on"? address=(127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(`http://${address}`);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`Prometheus ended with ${code}:\n${said.join('\n')}`));
    });
  });
}

async function ready(url: string): Promise<void> {
  const lastMs = Date.now() + START_LIMIT_MS;
  while (Date.now() < lastMs) {
    const answer = await fetch(`${url}/-/ready`);
    await answer.text();
    if (answer.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Prometheus at ${url} is not ready after ${START_LIMIT_MS} ms`);
}

async function query(url: string, expression: string, atMs: number): Promise<Map<string, number>> {
  const asked = new URLSearchParams({ query: expression, time: (atMs / 1000).toFixed(3) });
  const answer = await fetch(`${url}/api/v1/query?${asked}`);
  const body = (await answer.json()) as {
    readonly status: string;
    readonly error?: string;
    readonly data: { readonly result: readonly { metric: { id: string }; value: [number, string] }[] };
  };
  if (body.status !== 'success') throw new Error(`Cannot answer ${expression}: ${body.error}`);
  return new Map(
    body.data.result.map(({ metric, value }) => [metric.id, Number(value[1].replace('Inf', 'Infinity'))]),
  );
}

async function write(url: string, series: readonly HistogramSeries[]): Promise<void> {
  const request = Buffer.concat(series.map((one) => field(1, timeSeries(one))));
  const answer = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(uncompressedSnappy(request)),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`Cannot write to Prometheus: ${answer.status} ${text}`);
}

function timeSeries({ id, samples }: HistogramSeries): Buffer {
  return Buffer.concat([
    field(1, label('__name__', 'h')),
    field(1, label('id', id)),
    ...samples.map(({ atMs, histogram }) => field(4, histogramMessage(histogram, atMs))),
  ]);
}

function label(name: string, value: string): Buffer {
  return Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))]);
}

function histogramMessage(histogram: NativeHistogram, atMs: number): Buffer {
  if (histogram.layout.kind !== 'exponential')
    throw new RangeError('Cannot write custom buckets: want exponential ones');
  return Buffer.concat([
    number(1, BigInt(histogram.count)),
    double(3, histogram.sum),
    number(4, zigzag(histogram.layout.schema)),
    double(5, histogram.zeroThreshold),
    number(6, BigInt(histogram.zeroCount)),
    ...bucketFields(histogram.negative, 8, 9),
    ...bucketFields(histogram.positive, 11, 12),
    number(15, BigInt(atMs)),
  ]);
}

/** A span for each bucket (offset from the end of the one before), and counts as differences. */
function bucketFields(buckets: readonly NativeBucket[], spans: number, deltas: number): Buffer[] {
  let nextIndex = 0;
  let before = 0;
  const packed: Buffer[] = [];
  const fields = buckets.map(({ index, count }) => {
    const offset = index - nextIndex;
    nextIndex = index + 1;
    packed.push(varint(zigzag(count - before)));
    before = count;
    return field(spans, Buffer.concat([number(1, zigzag(offset)), number(2, 1n)]));
  });
  return packed.length === 0 ? [] : [...fields, field(deltas, Buffer.concat(packed))];
}

function field(id: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([varint(BigInt(id * 8 + 2)), varint(BigInt(bytes.length)), bytes]);
}

function number(id: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt(id * 8)), varint(value)]);
}

function double(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint(BigInt(id * 8 + 1)), bytes]);
}

function zigzag(value: number): bigint {
  return value < 0 ? BigInt(value) * -2n - 1n : BigInt(value) * 2n;
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** Snappy's block format, all literals: its length, then pieces of at most 64 KiB with two length bytes each. */
function uncompressedSnappy(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [varint(BigInt(bytes.length))];
  for (let at = 0; at < bytes.length; at += 65_536) {
    const piece = bytes.subarray(at, at + 65_536);
    const last = piece.length - 1;
    pieces.push(Buffer.from([61 << 2, last & 255, last >> 8]), piece);
  }
  return Buffer.concat(pieces);
}
