/** Between two looks at who has said nothing since the last one. */
const LOOK_EVERY_MS = 1_000;

/** How long a worker may say nothing, before and after it is ready. */
export type SilenceLimits = { readonly loadingMs: number; readonly runningMs: number };

/** A worker tells where it is twice a second, but not while it imports its scenario and warms up. */
const SILENCE_LIMITS: SilenceLimits = { loadingMs: 30_000, runningMs: 20_000 };

export type Watched = {
  /** It has said something. */
  heard(): void;
  /** From now on the limit is that of a running worker. */
  ready(): void;
  /** It has handed in, or died. */
  forget(): void;
};

export type Watchdog = { watch(onSilence: (silentMs: number) => void): Watched; close(): void };

/**
 * Finds workers whose thread never comes back from a function of the scenario. It counts its own looks and not the time of
 * the clock: a machine that slept, or a process that was held, is not a worker's silence.
 */
export function openWatchdog(limits: SilenceLimits = SILENCE_LIMITS): Watchdog {
  const looks = new Set<() => void>();
  const timer = setInterval(() => {
    for (const look of looks) look();
  }, LOOK_EVERY_MS);
  return {
    watch(onSilence) {
      let silentMs = 0;
      let limitMs = limits.loadingMs;
      const look = () => {
        silentMs += LOOK_EVERY_MS;
        if (silentMs < limitMs) return;
        looks.delete(look);
        onSilence(silentMs);
      };
      looks.add(look);
      return {
        heard() {
          silentMs = 0;
        },
        ready() {
          silentMs = 0;
          limitMs = limits.runningMs;
        },
        forget: () => void looks.delete(look),
      };
    },
    close: () => clearInterval(timer),
  };
}
