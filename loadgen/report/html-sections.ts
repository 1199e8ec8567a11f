import { STATUS_CODES } from 'node:http';
import { decodeHdr } from '../measure/hdr.ts';
import { mergeHistograms } from '../measure/histogram.ts';
import { binsOf } from './distribution.ts';
import {
  byCount,
  formatStatistic,
  formatThresholdValue,
  latencyNotes,
  nameOf,
  validityEntries,
} from './explain.ts';
import { formatCount, formatMs, formatRate, formatShare, formatUs } from './figures.ts';
import { reconciliationSection } from './html-reconciliation.ts';
import { escapeHtml, tableOf } from './html-table.ts';
import { attemptsOf, errorsOf } from './judge.ts';
import { ledgerProblemsOf } from './ledger.ts';
import type { Figures, Quantiles, Report, Statistic } from './report.ts';
import { isBelievable } from './verdict.ts';

/** The sections of the page in reading order; those without content are left out. */
export function mainSections(report: Report): string[] {
  const hasTimeline = new Set(report.timeline.map(({ atMs }) => atMs)).size > 1;
  const models = (['open', 'closed'] as const).filter((model) => report[model] !== null);
  const distributions = models.map((model) => ({ model, table: distributionTable(report, model) }));
  const marks = report.phases.length > 1 ? ' <small>dotted: a phase begins</small>' : '';
  const isEmpty = distributions.every(({ table }) => table === '');
  return [
    hasTimeline ? section(`Requests a second${marks}`, '<div class="chart" id="rate"></div>', 'wide') : '',
    hasTimeline
      ? section(
          `Latency over time <small>p50 and p99 of what ended in each stretch</small>${marks}`,
          '<div class="chart" id="latency"></div>',
          'wide',
        )
      : '',
    section('Latency', latencyTable(report), 'wide'),
    ...distributions.map(({ model, table }) =>
      section(`Distribution of latency${models.length > 1 ? `, ${model} phases` : ''}`, table, ''),
    ),
    section('Answers', answersTable(report), isEmpty || models.length > 1 ? 'wide' : ''),
    section('Endpoints', endpointsTable(report), 'wide'),
    section('Thresholds', thresholdsTable(report), ''),
    section('Ledger and validity', ledgerText(report), report.thresholds.length === 0 ? 'wide' : ''),
    section('Reconciliation', reconciliationSection(report), 'wide'),
  ].filter((text) => text !== '');
}

export function aboutLine(report: Report): string {
  const options = Object.entries(report.options).map(([name, value]) => `${name} ${value ?? 'none'}`);
  const parts = [
    report.startedAt.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC'),
    ...options,
    `${formatCount(report.workers.length)} ${report.workers.length === 1 ? 'worker' : 'workers'}`,
    ...report.clients,
    report.runtime,
    report.repeatable ? `seed ${report.seed}` : `not repeatable (${report.differs})`,
    `schedule ${report.scheduleHash.slice(0, 12)}`,
  ];
  return `<p class="about">${parts.map(escapeHtml).join(' · ')}</p>`;
}

/** The key figures; open and closed latencies are never put together. */
export function tiles(report: Report): string {
  const errors = errorsOf(report);
  const isMixed = report.open !== null && report.closed !== null;
  const times = [report.open, report.closed].flatMap((figures, index) =>
    figures === null ? [] : timeTiles(figures, isMixed ? (['open ', 'closed '][index] ?? '') : ''),
  );
  const figures: [string, string, boolean][] = [
    [formatCount(attemptsOf(report)), 'requests', false],
    [formatRate(report.ratePerSecond), `sent, run of ${formatMs(report.durationMs)}`, false],
    [formatShare(errors, attemptsOf(report)), `errors (${formatCount(errors)})`, errors > 0],
    ...times,
  ];
  const boxes = figures.map(
    ([value, label, isBad]) =>
      `<div class="tile${isBad ? ' bad' : ''}"><b>${escapeHtml(value)}</b><span>${label}</span></div>`,
  );
  return `<div class="tiles">${boxes.join('')}</div>`;
}

function timeTiles({ latencyUs }: Figures, model: string): [string, string, boolean][] {
  return (['p50', 'p99', 'max'] as const).map((name) => [
    formatStatistic(latencyUs, name),
    `${model}latency ${name}`,
    false,
  ]);
}

const BINS = 20;

function section(title: string, body: string, name: string): string {
  return body === '' ? '' : `<section class="${name}"><h2>${title}</h2>${body}</section>`;
}

const STATISTICS = ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const satisfies Statistic[];

function latencyTable(report: Report): string {
  const sent = report.phases.filter(({ latencyUs }) => latencyUs.count > 0);
  const isNamed = report.phases.length > 1;
  const row = (name: string, quantiles: Quantiles | null) =>
    quantiles === null ? [] : [[name, ...STATISTICS.map((key) => formatStatistic(quantiles, key))]];
  const rows = sent.flatMap((phase) => {
    const place = isNamed ? `phase ${phase.index} (${phase.kind}): ` : '';
    const since = phase.model === 'open' ? 'from the scheduled time' : 'from the attempt to send';
    return [
      ...row(`${place}latency, ${since}`, phase.latencyUs),
      ...row(`${place}service time, from the send`, phase.serviceUs),
      ...row(`${place}lateness of the send`, phase.latenessUs),
    ];
  });
  const notes = latencyNotes(sent);
  return `${tableOf(['', ...STATISTICS.map(nameOf)], rows)}${notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join('')}`;
}

function distributionTable(report: Report, model: 'open' | 'closed'): string {
  const ours = report.phases.filter((phase) => phase.model === model);
  const latency = mergeHistograms(ours.map(({ index }) => decodeHdr(report.histograms[index]!.latency)));
  const bins = binsOf(latency, BINS);
  const peak = Math.max(0, ...bins.map((bin) => bin.count));
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  const rows = bins.map(
    ({ fromUs, toUs, count }) =>
      `<tr><td>${formatUs(fromUs)} – ${formatUs(toUs)}</td><td>${formatCount(count)}</td><td>${formatShare(count, total)}</td>${barCell(count / peak, '')}</tr>`,
  );
  return rows.length === 0 ? '' : `<table class="bins">${rows.join('')}</table>`;
}

function answersTable({ statuses, disconnects, unsentReasons, requests }: Report): string {
  const outcomes: [string, number, string][] = [
    ...Object.entries(statuses).map(([status, count]): [string, number, string] => {
      const tone = Number(status) < 400 ? 'good' : Number(status) < 500 ? 'warn' : 'bad';
      return [`${status} ${STATUS_CODES[status] ?? ''}`, count, tone];
    }),
    ...(requests.timedOut > 0 ? [['timed out', requests.timedOut, 'bad'] as [string, number, string]] : []),
    ...byCount(disconnects).map(([reason, count]): [string, number, string] => [reason, count, 'bad']),
    ...byCount(unsentReasons).map(([reason, count]): [string, number, string] => [
      `unsent: ${reason}`,
      count,
      'warn',
    ]),
  ];
  const rows = outcomes.map(
    ([name, count, tone]) =>
      `<tr><td class="name">${escapeHtml(name)}</td><td>${formatCount(count)}</td><td>${formatShare(count, requests.scheduled)}</td>${barCell(count / requests.scheduled, tone)}</tr>`,
  );
  return rows.length === 0 ? '<p class="note">None.</p>' : `<table class="outcomes">${rows.join('')}</table>`;
}

function barCell(share: number, tone: string): string {
  const width = share > 0 ? `<i style="width:${(share * 100).toFixed(2)}%"></i>` : '';
  return `<td class="bar ${tone}">${width}</td>`;
}

function endpointsTable(report: Report): string {
  const keys = ['p50', 'p90', 'p95', 'p99', 'max'] as const;
  const isMixed = report.open !== null && report.closed !== null;
  const rows = (['open', 'closed'] as const).flatMap((model) =>
    (report[model]?.endpoints ?? []).map((endpoint) => {
      const { method, path, statuses, latencyUs } = endpoint;
      const errors = errorsOf(endpoint);
      const detail = Object.entries(statuses).map(([status, count]) => `${status}: ${formatCount(count)}`);
      return [
        `${isMixed ? `${model}: ` : ''}${method} ${path}`,
        formatCount(attemptsOf(endpoint)),
        { text: formatShare(errors, attemptsOf(endpoint)), tone: errors > 0 ? 'bad' : '' },
        detail.join(', '),
        ...keys.map((key) => formatStatistic(latencyUs, key)),
      ];
    }),
  );
  return tableOf(['', 'requests', 'errors', 'statuses', ...keys], rows);
}

function thresholdsTable({ thresholds }: Report): string {
  const rows = thresholds.map((threshold) => [
    threshold.expression,
    `${formatThresholdValue(threshold)}${threshold.note === null ? '' : ` (${threshold.note})`}`,
    { text: threshold.passed ? '✓ held' : '✗ failed', tone: threshold.passed ? 'good' : 'bad' },
  ]);
  return tableOf(['', 'was', ''], rows);
}

function ledgerText(report: Report): string {
  const { scheduled, sent, unsent, unknown, ok, failed, timedOut, disconnected } = report.requests;
  const f = formatCount;
  const lost = unknown === 0 ? '' : ` + unknown ${f(unknown)}`;
  const problems = ledgerProblemsOf(report);
  return [
    `<p class="note">scheduled ${f(scheduled)} = sent ${f(sent)} + unsent ${f(unsent)}${lost}<br>`,
    `sent ${f(sent)} = ok ${f(ok)} + failed ${f(failed)} + timed out ${f(timedOut)} + disconnected ${f(disconnected)}</p>`,
    ...problems.map((problem) => `<p class="note bad">${escapeHtml(problem)}</p>`),
    ...validityEntries(report).map(
      ({ place, verdict, cause }) =>
        `<p class="note">${escapeHtml(place)}<span class="${isBelievable(verdict) ? 'good' : 'warn'}">${verdict}</span>: ${escapeHtml(cause)}</p>`,
    ),
  ].join('');
}
