/** Every table, gathered from the features that own them. */
export type Tables = Record<never, never>;
