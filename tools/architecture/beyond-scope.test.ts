import { expect, test } from 'vitest';
import { readSources } from './modules.ts';

/** Where a read sees more of the database than whoever asks, and how often: each says why. A new place is looked at here. */
const places: Readonly<Record<string, number>> = {
  'about/about.feature.ts': 1,
  'board/board.view.ts': 1,
  'governance/freezes.routes.ts': 1,
  'governance/policies.routes.ts': 1,
  'governance/quarantines.routes.ts': 1,
  'history/history.routes.ts': 4,
  'holds/holds.feature.ts': 1,
  'hotfixes/hotfixes.routes.ts': 1,
  'hotfixes/mark-hotfixes.ts': 1,
  'impact/impact.routes.ts': 2,
  'plans/plans.routes.ts': 1,
  'releases/releases.routes.ts': 4,
  'rollouts/rollout.view.ts': 1,
  'rollouts/rollouts.routes.ts': 1,
  'settings/settings.routes.ts': 3,
  'sites/sites.routes.ts': 2,
};

test('reads see more than their scope only in the places that are known', () => {
  const folder = 'apps/server/src/features/';
  const found = readSources().flatMap(({ path, text }) => {
    const calls = text.match(/\bbeyondScope\(/g)?.length ?? 0;
    return path.startsWith('apps/server/src/') && !path.includes('/scope/') && calls > 0
      ? [[path.replace(folder, ''), calls] as const]
      : [];
  });

  expect(Object.fromEntries(found)).toEqual(places);
});
