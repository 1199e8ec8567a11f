/**
 * A series in few words for a table: 'GET /health 503', 'home_error'. The JSON report has it as Prometheus writes it.
 * What has no labels, or others than those, stays as it is.
 */
export function shortSeries(series: string): string {
  const [, name = '', inner = ''] = /^([^{]*)\{(.*)\}$/s.exec(series) ?? [];
  const labels = new Map(
    [...inner.matchAll(LABEL)].map(([, label = '', value = '']) => [label, plain(value)]),
  );
  const values = ORDER.flatMap((label) => labels.get(label) ?? []);
  if (values.length === 0 || values.length < labels.size) return series;
  return name.endsWith('_seconds') ? `durations of ${values.join(' ')}` : values.join(' ');
}

const ORDER = [
  'method',
  'http_request_method',
  'endpoint',
  'http_route',
  'status',
  'http_response_status_code',
  'error_type',
];
const LABEL = /([a-zA-Z_]\w*)="((?:\\.|[^"\\])*)"/gs;

function plain(escaped: string): string {
  return escaped.replace(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character));
}
