import type { CommandContext } from '#platform/http';

/** Tells those who wait that what environments ask of them has changed. */
export type WakeWaiting = (context: CommandContext) => Promise<void>;
