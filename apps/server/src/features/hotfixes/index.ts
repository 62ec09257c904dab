export { followHotfixes } from './follow-hotfixes.ts';
export { hotfixesFeature } from './hotfixes.feature.ts';
export { bringsHotfix, lostHotfixes } from './lost-hotfixes.ts';
export { hotfixMarks, markKey, mendedBy } from './mark-hotfixes.ts';
