export { allowListsFeature } from './allow-lists.feature.ts';
export { countRefusedOrigins } from './count-refused-origins.ts';
export { followAllowLists } from './follow-allow-lists.ts';
export { clearAllowLists } from './put-in-force.ts';
