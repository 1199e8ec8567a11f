/** The exit codes of the command, as scripts rely on them. */
export const EXIT = {
  passed: 0,
  fault: 1,
  usage: 2,
  /** The run ended, and its figures are not to be believed. */
  invalid: 98,
  /** A threshold failed, or the ledger or the reconciliation does not close. */
  failed: 99,
  configuration: 104,
  signal: 105,
  unreachable: 106,
  scenarioCode: 107,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An end that was foreseen: its message is for a person and is printed without a stack. */
export class ExitError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.name = 'ExitError';
    this.exitCode = exitCode;
  }
}
