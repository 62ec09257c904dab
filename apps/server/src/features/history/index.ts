export { type EarlierTarget, findEarlierTarget } from './earlier-target.ts';
export { historyFeature } from './history.feature.ts';
export type { HistoryTables } from './history.tables.ts';
export { readStateAt, readStateNow } from './read-state.ts';
export { type EndedOperation, recordHistory } from './record-history.ts';
