export type { ContractsTables } from './contracts.tables.ts';
