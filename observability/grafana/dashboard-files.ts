import { fileURLToPath } from 'node:url';
import { demoDashboard } from './dashboard.ts';

/** The dashboards as they are committed: what Grafana imports. */
export function dashboardFiles(): readonly { readonly path: string; readonly text: string }[] {
  return [
    {
      path: fileURLToPath(new URL('dashboards/demo-service.json', import.meta.url)),
      text: `${JSON.stringify(demoDashboard(), null, 2)}\n`,
    },
  ];
}
