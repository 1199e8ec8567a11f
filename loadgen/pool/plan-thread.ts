import { cpuUsage } from 'node:process';
import { Worker } from 'node:worker_threads';
import { EXIT, ExitError } from '../exit.ts';
import type { Planned, ScenarioCard } from '../scenario/planned.ts';
import type { ResolvedOptions } from '../scenario/scenario.ts';
import { threadHeapMb } from './heap.ts';
import type { PlanQuestion, PlanReply, PlanThreadData } from './plan-worker.ts';

export type PlanLimits = {
  /** What a scenario may compute. Not the time on the wall, so that a busy machine refuses nothing. */
  readonly computingMs: number;
  /** On the wall, for what waits without computing and blocks its thread. */
  readonly waitingMs: number;
};

const PLAN_LIMITS: PlanLimits = { computingMs: 10_000, waitingMs: 60_000 };

const LOOK_EVERY_MS = 250;

/**
 * A thread that imports a scenario and plans it. Whatever the scenario's code does there (loop for ever, end the process,
 * forget a rejected promise, fill the memory) ends with an ExitError here, and Ctrl-C is heard meanwhile.
 */
export class PlanThread {
  readonly #worker: Worker;
  readonly #place: string;
  readonly #limits: PlanLimits;
  #failure: ExitError | null = null;
  #isClosed = false;
  #settle: { resolve(reply: PlanReply): void; reject(why: ExitError): void } | null = null;
  #doing = 'finish loading';
  #startedAt = { cpuMs: Number.POSITIVE_INFINITY, wallMs: performance.now() };

  constructor(url: string, place: string, limits: PlanLimits = PLAN_LIMITS) {
    this.#place = place;
    this.#limits = limits;
    const data: PlanThreadData = { url, place };
    this.#worker = new Worker(new URL('./plan-worker.mjs', import.meta.url), {
      workerData: data,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: threadHeapMb() },
    });
    this.#worker.on('message', (reply: PlanReply) => this.#hear(reply));
    this.#worker.on('error', (error) => this.#fail(deathOf(error)));
    this.#worker.on('exit', (code) => this.#fail(`ended its thread (exit code ${code})`));
  }

  /** @throws {ExitError} when the scenario is wrong, or its code does not come back */
  async load(): Promise<ScenarioCard> {
    const reply = await this.#reply();
    if (reply.kind !== 'loaded') throw new Error(`Got ${reply.kind}, want loaded`);
    return reply.card;
  }

  /** @throws {ExitError} as `load` */
  async plan(options: ResolvedOptions, seed: number): Promise<Planned> {
    this.#doing = 'return from its phases, its mix or a path of it';
    this.#startedAt = { cpuMs: cpuMs(), wallMs: performance.now() };
    const question: PlanQuestion = { options, seed };
    this.#worker.postMessage(question);
    const reply = await this.#reply();
    if (reply.kind !== 'planned') throw new Error(`Got ${reply.kind}, want planned`);
    return reply.plan;
  }

  close(): void {
    this.#isClosed = true;
    this.#worker.unref();
    void this.#worker.terminate();
  }

  async #reply(): Promise<PlanReply> {
    const timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    try {
      return await new Promise((resolve, reject) => {
        if (this.#failure === null) this.#settle = { resolve, reject };
        else reject(this.#failure);
      });
    } finally {
      this.#settle = null;
      clearInterval(timer);
    }
  }

  #hear(reply: PlanReply): void {
    switch (reply.kind) {
      case 'up':
        this.#startedAt = { cpuMs: cpuMs(), wallMs: performance.now() };
        return;
      case 'failed':
        return this.#endWith(new ExitError(reply.exitCode, reply.message));
      default:
        this.#settle?.resolve(reply);
    }
  }

  #look(): void {
    const { computingMs, waitingMs } = this.#limits;
    if (cpuMs() - this.#startedAt.cpuMs >= computingMs)
      this.#fail(
        `did not ${this.#doing} within ${computingMs / 1000} s of computing: does it loop for ever?`,
      );
    else if (performance.now() - this.#startedAt.wallMs >= waitingMs)
      this.#fail(
        `did not ${this.#doing} within ${waitingMs / 1000} s: does it loop for ever, or wait for something?`,
      );
  }

  #fail(what: string): void {
    this.#endWith(new ExitError(EXIT.scenarioCode, `${this.#place}: ${what}`));
  }

  #endWith(failure: ExitError): void {
    if (this.#isClosed) return;
    this.#failure ??= failure;
    this.#settle?.reject(this.#failure);
    this.close();
  }
}

function deathOf(error: Error): string {
  if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') return 'used up its memory';
  return `ended its thread: ${error.message}`;
}

/** What this process has computed so far, on all of its threads. */
function cpuMs(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}
