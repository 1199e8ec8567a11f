import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/dashboard';

/** The job as prometheus.yml calls it. */
export const JOB = 'flask-app';

/** What is chosen at the top of the dashboard. */
export const SOURCE: DataSourceRef = { type: 'prometheus', uid: '$datasource' };
