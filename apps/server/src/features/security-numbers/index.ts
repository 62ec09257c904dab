export { numberInQuery, readNumbers } from './read-numbers.ts';
export { securityNumbersFeature } from './security-numbers.feature.ts';
export type { SecurityNumbersTables } from './security-numbers.tables.ts';
