/** Something happened that must never happen, or did not happen that must. */
export class Violation extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Violation';
  }
}

/** Ends the run where a rule does not hold. */
export function must(holds: boolean, rule: string): void {
  if (!holds) throw new Violation(rule);
}
