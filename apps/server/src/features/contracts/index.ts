export { contractsFeature } from './contracts.feature.ts';
export type { ContractsTables } from './contracts.tables.ts';
export { saveContracts } from './save-contracts.ts';
export { type ElementPair, type Verdict, verdictOf, verdictsOf } from './verdicts.ts';
