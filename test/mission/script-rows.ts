import type { Row, ScriptProof } from './row.ts';

/** The five scripts, with every word and number that could follow them. */
export const SCRIPT_ROWS: readonly Row<ScriptProof>[] = [
  {
    old: 'generate_traffic.sh',
    now: 'node loadgen run controlled',
    different: '100 requests over 60 s, as before; every number is in the report',
    proof: { kind: 'even', requests: 100, seconds: 60 },
  },
  {
    old: 'generate_traffic.sh 50',
    now: 'node loadgen run controlled --requests 50',
    different: '60 s, as before',
    proof: { kind: 'even', requests: 50, seconds: 60 },
  },
  {
    old: 'generate_traffic.sh 50 30',
    now: 'node loadgen run controlled --requests 50 --duration 30s',
    different: 'numbers have names, and times have units: `500ms`, `30s`, `2m`',
    proof: { kind: 'even', requests: 50, seconds: 30 },
  },
  {
    old: 'generate_traffic.sh 200 120',
    now: 'node loadgen run controlled --requests 200 --duration 120s',
    different: 'exactly 200, evenly spaced: a slow answer delays none of the next',
    proof: { kind: 'even', requests: 200, seconds: 120 },
  },
  {
    old: 'generate_traffic.sh -s',
    now: 'node loadgen stats',
    different: 'shows the statistics, also by endpoint and error type; `--watch 2s` goes on showing them',
    proof: { kind: 'statistics' },
  },
  {
    old: 'generate_traffic.sh -t',
    now: 'node loadgen check',
    different:
      'tests the connectivity: asks each endpoint once and says what is wrong; exit code 106 when nothing answers',
    proof: { kind: 'connectivity' },
  },
  {
    old: 'continuous_traffic.sh',
    now: 'node loadgen run continuous',
    different: '`normal`, as before, until Ctrl-C, or `--duration 10m`',
    proof: { kind: 'gaps', fromSeconds: 0.5, toSeconds: 2 },
  },
  {
    old: 'continuous_traffic.sh low',
    now: 'node loadgen run continuous --intensity low',
    different: 'a random gap of 2–5 s between two requests',
    proof: { kind: 'gaps', fromSeconds: 2, toSeconds: 5 },
  },
  {
    old: 'continuous_traffic.sh normal',
    now: 'node loadgen run continuous --intensity normal',
    different: 'gaps of 0.5–2 s',
    proof: { kind: 'gaps', fromSeconds: 0.5, toSeconds: 2 },
  },
  {
    old: 'continuous_traffic.sh high',
    now: 'node loadgen run continuous --intensity high',
    different: 'gaps of 0.1–0.5 s',
    proof: { kind: 'gaps', fromSeconds: 0.1, toSeconds: 0.5 },
  },
  {
    old: 'traffic_spike.sh',
    now: 'node loadgen run spike',
    different:
      '5 connections for 30 s, as before; calm traffic for 5 s before and after, `--calm 0s` for none',
    proof: { kind: 'threads', threads: 5, seconds: 30 },
  },
  {
    old: 'traffic_spike.sh 10 60',
    now: 'node loadgen run spike --threads 10 --duration 60s',
    different: 'a thread is a connection that sends as soon as it was answered',
    proof: { kind: 'threads', threads: 10, seconds: 60 },
  },
  {
    old: 'background_traffic.sh start',
    now: 'node loadgen background start --target http://127.0.0.1:5000',
    different: 'returns when it is really sending, or says why not',
    proof: { kind: 'background', verb: 'start' },
  },
  {
    old: 'background_traffic.sh status',
    now: 'node loadgen background status',
    different: 'rates and p50/p99 of the last minute; exit code 0, 1 or 3',
    proof: { kind: 'background', verb: 'status' },
  },
  {
    old: 'background_traffic.sh logs',
    now: 'node loadgen background logs',
    different: 'same file, `/tmp/background_traffic.log`, which no longer grows without end; `-f` follows it',
    proof: { kind: 'background', verb: 'logs' },
  },
  {
    old: 'background_traffic.sh stop',
    now: 'node loadgen background stop',
    different: 'waits for answers, says what was sent, leaves a report beside the log',
    proof: { kind: 'background', verb: 'stop' },
  },
  {
    old: 'demo_observability.sh',
    now: 'node loadgen demo',
    different: 'a menu with the same entries; each can be played without it, as below',
    proof: { kind: 'menu' },
  },
  {
    old: 'demo_observability.sh: basic traffic',
    now: 'node loadgen demo --act basic',
    different: 'says beforehand which panels to watch, and the queries to paste',
    proof: { kind: 'act', entry: 'Basic traffic', shows: /^controlled → /m },
  },
  {
    old: 'demo_observability.sh: error peaks',
    now: 'node loadgen demo --act errors',
    different: 'a hill: the rate climbs, holds, and falls',
    proof: { kind: 'act', entry: 'Error peak', shows: /^errors → /m },
  },
  {
    old: 'demo_observability.sh: timeouts',
    now: 'node loadgen demo --act timeouts',
    different: 'requests go on coming while others wait',
    proof: { kind: 'act', entry: 'Timeouts', shows: /^timeouts → /m },
  },
  {
    old: 'demo_observability.sh: intense traffic',
    now: 'node loadgen demo --act heavy',
    different: '20 connections, between two calms',
    proof: { kind: 'act', entry: 'Heavy traffic', shows: /^spike → /m },
  },
  {
    old: 'demo_observability.sh: complete demonstration',
    now: 'node loadgen demo --act tour',
    different: 'all acts, one after the other',
    proof: {
      kind: 'act',
      entry: 'The complete tour',
      shows: /^errors → [\s\S]*^timeouts → [\s\S]*^spike → [\s\S]*^demo → /m,
    },
  },
  {
    old: 'demo_observability.sh: Grafana instructions',
    now: 'node loadgen demo --act instructions',
    different: 'with your address and metric names filled in',
    proof: {
      kind: 'act',
      entry: 'Instructions',
      shows: /^Grafana$[\s\S]*Data sources[\s\S]*flask_error_rate/m,
    },
  },
];
