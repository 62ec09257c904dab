import type { Finding } from './canary.ts';

export interface AllowedPlace {
  readonly canary: RegExp;
  readonly place: RegExp;
  readonly reason: string;
}

/** Where a secret may be found in plain text. Everything else is a leak. */
export const allowedPlaces: readonly AllowedPlace[] = [
  {
    canary: /^master key$/,
    place: /^(disk|backup): keys\//,
    reason: 'the first key of the installation is this file, and a backup with keys has it; both for one account alone',
  },
  {
    canary: /^token of the (launcher|builder)$/,
    place: /^disk: tokens\//,
    reason: 'the processes that start with the server read their tokens there; files of one account alone',
  },
  {
    canary: /^secret setting$/,
    place: /^environment: (instance of vault|application)$/,
    reason: 'the application that it is for gets it at its start',
  },
  {
    canary: /^secret setting$/,
    place: /^disk: sites\/development\/logs\/vault\.web\.log/,
    reason: 'what an application prints itself stands there as it printed it; over the server it is read masked',
  },
  {
    canary: /^password of (the database|mail)$/,
    place: /^environment: (launcher|server)$/,
    reason: 'the operator gave it to the launcher, which gives it to the server and to nobody else',
  },
  {
    canary: /^key of a site$/,
    place: /^disk: sites\/development\/identity\.json$/,
    reason: 'the identity of the site itself, made there; a file of one account alone',
  },
];

export function leaksAmong(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(
    (found) => !allowedPlaces.some(({ canary, place }) => canary.test(found.canary) && place.test(found.place)),
  );
}

/** Allowed places in which nothing was found any more: the list must not grow out of date. */
export function unusedPlaces(findings: readonly Finding[]): readonly string[] {
  return allowedPlaces
    .filter(({ canary, place }) => !findings.some((found) => canary.test(found.canary) && place.test(found.place)))
    .map(({ canary, place }) => `${canary} ${place}`);
}
