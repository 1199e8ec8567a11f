import { STATUS_CODES } from 'node:http';
import { binsOf } from './distribution.ts';
import { byCount, errorsOf, explainValidity, formatThresholdValue } from './explain.ts';
import { formatCount, formatMs, formatRate, formatShare, formatUs } from './figures.ts';
import { reconciliationSection } from './html-reconciliation.ts';
import { escapeHtml, tableOf } from './html-table.ts';
import { sentPerSecond } from './rate.ts';
import type { Quantiles, Report } from './report.ts';
import { ledgerProblemsOf } from './verdict.ts';

/** The sections of the page in reading order; those without content are left out. */
export function mainSections(report: Report): string[] {
  const hasTimeline = report.timeline.length > 1;
  const distribution = distributionTable(report);
  return [
    hasTimeline ? section('Requests a second', '<div class="chart" id="rate"></div>', 'wide') : '',
    hasTimeline
      ? section(
          'Latency over time <small>p50 and p99 of each second</small>',
          '<div class="chart" id="latency"></div>',
          'wide',
        )
      : '',
    section('Latency', latencyTable(report), 'wide'),
    section('Distribution of latency', distribution, ''),
    section('Answers', answersTable(report), distribution === '' ? 'wide' : ''),
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
    `${formatCount(report.workers)} ${report.workers === 1 ? 'worker' : 'workers'}`,
    report.transport,
    report.runtime,
    `seed ${report.seed}`,
    `schedule ${report.scheduleHash.slice(0, 12)}`,
  ];
  return `<p class="about">${parts.map(escapeHtml).join(' · ')}</p>`;
}

/** The key figures. */
export function tiles(report: Report): string {
  const { requests, latencyUs } = report;
  const errors = errorsOf(requests);
  const figures: [string, string, boolean][] = [
    [formatCount(requests.sent), 'requests sent', false],
    [formatRate(sentPerSecond(report, requests)), `sent, run of ${formatMs(report.durationMs)}`, false],
    [formatShare(errors, requests.sent), `errors (${formatCount(errors)})`, errors > 0],
    [formatUs(latencyUs.p50), 'latency p50', false],
    [formatUs(latencyUs.p99), 'latency p99', false],
    [formatUs(latencyUs.max), 'latency max', false],
  ];
  const boxes = figures.map(
    ([value, label, isBad]) =>
      `<div class="tile${isBad ? ' bad' : ''}"><b>${escapeHtml(value)}</b><span>${label}</span></div>`,
  );
  return `<div class="tiles">${boxes.join('')}</div>`;
}

const BINS = 20;

function section(title: string, body: string, name: string): string {
  return body === '' ? '' : `<section class="${name}"><h2>${title}</h2>${body}</section>`;
}

function latencyTable(report: Report): string {
  const keys = ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const;
  const row = (name: string, quantiles: Quantiles | null) =>
    quantiles === null ? [] : [[name, ...keys.map((key) => formatUs(quantiles[key]))]];
  const since = report.latenessUs === null ? 'from the send' : 'from the scheduled time';
  return tableOf(
    ['', ...keys.map((key) => (key === 'p999' ? 'p99.9' : key))],
    [
      ...row(`latency, ${since}`, report.latencyUs),
      ...row('service time, from the send', report.serviceUs),
      ...row('lateness of the send', report.latenessUs),
    ],
  );
}

function distributionTable(report: Report): string {
  const bins = binsOf(report.histograms.latency, BINS);
  const peak = Math.max(0, ...bins.map((bin) => bin.count));
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  const rows = bins.map(
    ({ fromUs, toUs, count }) =>
      `<tr><td>${formatUs(fromUs)} – ${formatUs(toUs)}</td><td>${formatCount(count)}</td><td>${formatShare(count, total)}</td>${barCell(count / peak, '')}</tr>`,
  );
  return rows.length === 0 ? '' : `<table class="bins">${rows.join('')}</table>`;
}

function answersTable({ statuses, disconnects, requests }: Report): string {
  const outcomes: [string, number, string][] = [
    ...Object.entries(statuses).map(([status, count]): [string, number, string] => {
      const tone = Number(status) < 400 ? 'good' : Number(status) < 500 ? 'warn' : 'bad';
      return [`${status} ${STATUS_CODES[status] ?? ''}`, count, tone];
    }),
    ...(requests.timedOut > 0 ? [['timed out', requests.timedOut, 'bad'] as [string, number, string]] : []),
    ...byCount(disconnects).map(([reason, count]): [string, number, string] => [reason, count, 'bad']),
  ];
  const rows = outcomes.map(
    ([name, count, tone]) =>
      `<tr><td class="name">${escapeHtml(name)}</td><td>${formatCount(count)}</td><td>${formatShare(count, requests.sent)}</td>${barCell(count / requests.sent, tone)}</tr>`,
  );
  return rows.length === 0 ? '<p class="note">None.</p>' : `<table class="outcomes">${rows.join('')}</table>`;
}

function barCell(share: number, tone: string): string {
  const width = share > 0 ? `<i style="width:${(share * 100).toFixed(2)}%"></i>` : '';
  return `<td class="bar ${tone}">${width}</td>`;
}

function endpointsTable(report: Report): string {
  const keys = ['p50', 'p90', 'p95', 'p99', 'max'] as const;
  const rows = report.endpoints.map(({ method, path, requests, statuses, latencyUs }) => {
    const errors = errorsOf(requests);
    const detail = Object.entries(statuses).map(([status, count]) => `${status}: ${formatCount(count)}`);
    return [
      `${method} ${path}`,
      formatCount(requests.sent),
      { text: formatShare(errors, requests.sent), tone: errors > 0 ? 'bad' : '' },
      detail.join(', '),
      ...keys.map((key) => formatUs(latencyUs[key])),
    ];
  });
  return tableOf(['', 'requests', 'errors', 'statuses', ...keys], rows);
}

function thresholdsTable({ thresholds }: Report): string {
  const rows = thresholds.map((threshold) => [
    threshold.expression,
    formatThresholdValue(threshold),
    { text: threshold.passed ? '✓ passed' : '✗ failed', tone: threshold.passed ? 'good' : 'bad' },
  ]);
  return tableOf(['', 'was', ''], rows);
}

function ledgerText(report: Report): string {
  const { scheduled, sent, skipped, ok, failed, timedOut, disconnected } = report.requests;
  const f = formatCount;
  const problems = ledgerProblemsOf(report);
  const tone = report.validity === 'valid' ? 'good' : 'warn';
  return [
    `<p class="note">scheduled ${f(scheduled)} = sent ${f(sent)} + skipped ${f(skipped)}<br>`,
    `sent ${f(sent)} = ok ${f(ok)} + failed ${f(failed)} + timed out ${f(timedOut)} + disconnected ${f(disconnected)}</p>`,
    ...problems.map((problem) => `<p class="note bad">${escapeHtml(problem)}</p>`),
    `<p class="note"><span class="${tone}">${report.validity}</span>: ${escapeHtml(explainValidity(report))}</p>`,
  ].join('');
}
