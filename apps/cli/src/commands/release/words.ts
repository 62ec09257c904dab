import type { Release } from '@almanac/protocol';
import { tableLines } from '../../output/table.ts';

/** A release for people: its versions, and how much of it each environment runs. */
export function releaseLines(release: Release): readonly string[] {
  return [
    `Release ${release.name}${release.notes === '' ? '' : `: ${release.notes}`}`,
    ...tableLines({
      head: ['application', 'version'],
      rows: release.versions.map((each) => [
        each.application.name,
        each.build === null ? `${each.number} (gone)` : each.number,
      ]),
    }),
    whereabouts(release),
  ];
}

/** As in `development 3/3 · quality 1/3`; environments that run none of it are left out. */
export function whereabouts(release: Release): string {
  const places = release.environments
    .filter((each) => each.running > 0)
    .map((each) => `${each.environment.name} ${each.running}/${release.versions.length}`);
  return places.length === 0 ? 'runs nowhere' : places.join(' · ');
}
