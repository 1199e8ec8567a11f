import { DASHBOARD_ROWS } from './dashboard-rows.ts';
import type { DashboardProof, Row, ScriptProof, ServiceProof } from './row.ts';
import { SCRIPT_ROWS } from './script-rows.ts';
import { SERVICE_ROWS } from './service-rows.ts';

/**
 * All that people of the course knew, line by line, and what has taken its place. The tests of this folder execute
 * every row; the tables of "Coming from the shell scripts" are written from the rows of the scripts.
 */
export const MISSION_ROWS: readonly Row<ScriptProof | ServiceProof | DashboardProof>[] = [
  ...SCRIPT_ROWS,
  ...SERVICE_ROWS,
  ...DASHBOARD_ROWS,
];
