export { historyFeature } from './history.feature.ts';
export type { HistoryTables } from './history.tables.ts';
export { recordHistory } from './record-history.ts';
