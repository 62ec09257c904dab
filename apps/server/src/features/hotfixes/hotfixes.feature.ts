import type { Feature } from '#platform/feature';
import { closeContained } from './close-hotfix.ts';
import { pollBranches } from './follow-hotfixes.ts';
import { hotfixEndpoints } from './hotfixes.routes.ts';

/** Versions made from what a later environment runs, followed until every earlier one has the fix. */
export const hotfixesFeature: Feature = {
  name: 'hotfixes',
  endpoints: hotfixEndpoints,
  periodics: [
    { name: 'poll-hotfix-branches', everyMs: 2000, run: pollBranches },
    { name: 'close-contained-hotfixes', everyMs: 3000, run: closeContained },
  ],
};
