import { type ApplicationId, type BuildId, refuse } from '@almanac/domain';
import type { findRelease } from '#features/releases';
import type { Choice } from './choice.ts';

export type Release = Awaited<ReturnType<typeof findRelease>>;

/**
 * What brings an environment to a release: each version of it that does not run there yet. Refused as a whole where
 * something that the release names is gone: part of a release is not what was named.
 */
export function composeRelease(input: {
  readonly release: Release;
  /** Builds that run there, by application. */
  readonly running: ReadonlyMap<ApplicationId, BuildId>;
  /** Applications of which something else was said. */
  readonly said: ReadonlySet<ApplicationId>;
}): readonly Choice[] {
  const { release } = input;
  const wanted = release.versions.filter((each) => !input.said.has(each.applicationId));
  const gone = wanted.filter((each) => !each.usable);
  if (gone.length > 0)
    return refuse(
      'build-not-usable',
      `release ${release.name} cannot be deployed any more: ${gone.map(goneWords).join(', ')}; make another release of what is still there`,
      gone.map((each) => ({ pointer: '/release', detail: goneWords(each) })),
    );
  return wanted
    .filter((each) => input.running.get(each.applicationId) !== each.buildId)
    .map((each) => ({
      application: each.applicationId,
      name: each.applicationName,
      kind: 'deploy',
      build: each.buildId,
      given: [],
      tag: null,
      earlierSettings: null,
    }));
}

function goneWords(version: Release['versions'][number]): string {
  const { applicationName, number } = version;
  return version.known
    ? `the build of ${applicationName} ${number} is gone`
    : `there is no application ${applicationName} any more`;
}
