/** Where a desired state of a site stands among all that were ever made for it. */
export interface DesiredOrder {
  /** Raised when the server was restored from a backup. */
  readonly incarnation: number;
  /** Grows with each document of one incarnation. */
  readonly generation: number;
}

/** Whether a desired state takes the place of the one that a site has; the same or an older one never does. */
export function isNewerDesired(next: DesiredOrder, current: DesiredOrder | undefined): boolean {
  if (current === undefined || next.incarnation > current.incarnation) return true;
  return next.incarnation === current.incarnation && next.generation > current.generation;
}
