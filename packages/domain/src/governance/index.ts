export { type Calendar, calendarFault, freeAfter, type Span, spanAfter, spanAt } from './calendar.ts';
export {
  type Approval,
  approvalsFor,
  type Candidate,
  type Exemption,
  earliestStart,
  type Freeze,
  frozenNow,
  type GovernanceFacts,
  type Quarantine,
  type Subject,
  standing,
} from './standing.ts';
