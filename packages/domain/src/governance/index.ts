export {
  type Calendar,
  calendarFault,
  freeAfter,
  openingsFrom,
  type Span,
  spanAfter,
  spanAt,
} from './calendar.ts';
export { type Freeze, frozenNow } from './freeze.ts';
export { approvalsFor } from './gates.ts';
export { observeGates } from './observe-gates.ts';
export { earliestStart, standing } from './standing.ts';
export type { Approval, Candidate, Exemption, GovernanceFacts, Quarantine, Subject } from './subject.ts';
