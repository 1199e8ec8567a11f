import type { MessagePort } from 'node:worker_threads';
import type { Assignment } from '../engine/engine.ts';
import { runAssignment } from '../engine/run-assignment.ts';
import { EXIT, ExitError } from '../exit.ts';
import { controlOver, type TaskResult } from './control.ts';

/** One task: runs the assignment, steered over the port. */
export async function work(task: { assignment: Assignment; port: MessagePort }): Promise<TaskResult> {
  const { assignment, port } = task;
  try {
    return { kind: 'handIn', handIn: await runAssignment(assignment, controlOver(port)) };
  } catch (error) {
    const exitCode = error instanceof ExitError ? error.exitCode : EXIT.fault;
    const message =
      error instanceof ExitError ? error.message : String(error instanceof Error ? error.stack : error);
    return { kind: 'fault', exitCode, message };
  } finally {
    port.close();
  }
}
