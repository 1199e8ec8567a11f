import { type Answer, timestamp } from '../answer.ts';
import { errorRatePercent, type Metrics } from '../metrics.ts';

export function stats(metrics: Metrics): Answer {
  const totals = metrics.totals();
  return {
    status: 200,
    body: {
      uptime_seconds: totals.uptimeSeconds,
      total_requests: totals.requests,
      error_count: totals.errors,
      error_rate: errorRatePercent(totals),
      timestamp: timestamp(),
    },
  };
}
