/** The bounds of what a scenario may ask for: past these a typing error is likelier than a wish. */
export const MAX_PER_SECOND = 100_000;
export const MAX_CONNECTIONS = 10_000;
export const MAX_REQUESTS = 1_000_000_000;
/** A week; an open phase that lasts longer has no end. */
export const MAX_DURATION_MS = 7 * 24 * 3_600_000;
export const MAX_PHASES = 1_000;
export const MAX_MIX_ENTRIES = 1_000;
export const MAX_WEIGHT = 1_000_000_000;
export const MAX_NAME_CHARACTERS = 200;
/** Node answers 431 to a head of more than 16 KiB. */
export const MAX_PATH_CHARACTERS = 8_000;
export const MAX_HEADER_CHARACTERS = 8_000;
export const MAX_BODY_CHARACTERS = 10_000_000;
