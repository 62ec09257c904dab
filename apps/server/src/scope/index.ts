export { applicationInScope, placeInScope, scopeKey } from './scope-conditions.ts';
export {
  beyondScope,
  type GovernedTable,
  narrowTo,
  type OpenTable,
  type ScopedDatabase,
  type SourceOf,
  withinScope,
} from './scoped-database.ts';
export { hiddenName, type Veil, veilFor } from './veil.ts';
export { visibleApplications } from './visible-applications.ts';
