/**
 * Phases as plain data. Times within a phase count from its start; phases follow each other without a gap.
 * `durationMs: null` means "until stopped" and may stand only on the last phase of a plan.
 */
export type Phase = OpenPhase | ClosedPhase;

/** Open model: requests arrive at scheduled times, whatever the answers do. */
export type OpenPhase = EvenPhase | ConstantPhase | RampPhase | PoissonPhase | GapsPhase | WavePhase;

/** Closed model: each connection sends as soon as it was answered. */
export type ClosedPhase = {
  readonly kind: 'closed';
  readonly connections: number;
  readonly durationMs: number;
};

/** Exactly `requests` arrivals, evenly spaced: arrival k at k × duration / requests. */
export type EvenPhase = {
  readonly kind: 'even';
  readonly requests: number;
  readonly durationMs: number;
};

/** Arrival k at k / rate, for all that fall before the end. */
export type ConstantPhase = {
  readonly kind: 'constant';
  readonly perSecond: number;
  readonly durationMs: number | null;
};

/** The rate moves linearly; arrival k stands where the integral of the rate reaches k. */
export type RampPhase = {
  readonly kind: 'ramp';
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
  readonly durationMs: number;
};

/** Exponential gaps with mean 1 / rate: independent users. */
export type PoissonPhase = {
  readonly kind: 'poisson';
  readonly perSecond: number;
  readonly durationMs: number | null;
};

/** Uniform random gaps between two limits; the first arrival comes after the first gap. */
export type GapsPhase = {
  readonly kind: 'gaps';
  readonly minGapMs: number;
  readonly maxGapMs: number;
  readonly durationMs: number | null;
};

/**
 * Poisson arrivals whose rate follows a sine: mean × (1 + swing × sin(2π t / period − π/2)), so a period
 * begins and ends in its trough.
 */
export type WavePhase = {
  readonly kind: 'wave';
  readonly meanPerSecond: number;
  /** 0 (flat) to 1 (the trough is silent). */
  readonly swing: number;
  readonly periodMs: number;
  readonly durationMs: number | null;
};

/** Which part of a whole one worker takes: the arrivals whose index ≡ index (mod of). */
export type Share = { readonly index: number; readonly of: number };
