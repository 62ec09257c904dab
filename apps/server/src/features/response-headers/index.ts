export { keepViolations, type ToldViolations } from './keep-violations.ts';
export { type AnswersOf, readAnswers } from './read-answers.ts';
export { responseHeadersFeature } from './response-headers.feature.ts';
export type { ResponseHeadersTables } from './response-headers.tables.ts';
