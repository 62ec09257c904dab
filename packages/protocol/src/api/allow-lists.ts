import { entrances, trialMinutes } from '@almanac/domain';
import { z } from 'zod';
import { name, named, revision, timestamp } from '../primitives.ts';
import { route } from '../route.ts';

/** CIDR (`10.0.0.0/8`, `fd00::/8`), or an address alone. */
const network = z.string().trim().min(1).max(64);
/** null allows everywhere. A list that lets nobody in is none: it is left out, or names who may come. */
const networks = z.array(network).min(1).max(100).nullable();
const given = z.array(z.string()).nullable();

export const allowLists = z
  .object({
    /** From where the console, the API and agents are reached; null from everywhere. */
    entrances: z.object({ console: given, api: given, agents: given }),
    /** Roles that count only from some networks. */
    roles: z.array(
      z.object({ role: named<'role'>().extend({ displayName: z.string() }), networks: z.array(z.string()) }),
    ),
    /** Environments that are changed only from some networks. */
    environments: z.array(z.object({ environment: named<'environment'>(), networks: z.array(z.string()) })),
    /** Until when somebody has to confirm them, or those before are in force again; null once that is done. */
    trialEndsAt: timestamp.nullable(),
    /**
     * How they came about: somebody `changed` them or `returned` to those before; a trial ended and they were `not-confirmed`;
     * or they were `cleared` on the server's machine.
     */
    cause: z.enum(['changed', 'returned', 'not-confirmed', 'cleared']),
    changedAt: timestamp,
    changedBy: z.string(),
    /** The address that they were changed from; null where nobody was signed in. */
    changedFrom: z.string().nullable(),
    /** Whether somebody still has to take note of how they came about. */
    unnoted: z.boolean(),
    /** Whether there are lists before to go back to. */
    canReturn: z.boolean(),
    /** Where the one who asks comes from, as the server sees it. */
    you: z.object({ address: z.string(), entrance: z.enum(entrances) }),
    revision,
  })
  .meta({ id: 'AllowLists' });
export type AllowListsView = z.output<typeof allowLists>;

/** What is not named stays as it is; null lifts a list. */
const change = z.strictObject({
  entrances: z.strictObject({ console: networks, api: networks, agents: networks }).partial().optional(),
  roles: z.record(name, networks).optional(),
  environments: z.record(name, networks).optional(),
});

export const previewedAllowLists = z.object({
  /** Why the one who asks could not take it back from where they are; empty where they could. */
  shutsYouOut: z.array(z.string()),
  /** Sites whose agents came from elsewhere when they connected last. */
  sites: z.array(named<'site'>()),
});
export type PreviewedAllowLists = z.output<typeof previewedAllowLists>;

const { least, usual, most } = trialMinutes;

export const allowListRoutes = {
  getAllowLists: route({
    method: 'GET',
    path: '/allow-lists',
    summary:
      'Shows from where the console, the API and agents are reached, roles count and environments may be changed',
    permission: 'right:manage-installation',
    audit: null,
    response: allowLists,
  }),
  changeAllowLists: route({
    method: 'PATCH',
    path: '/allow-lists',
    summary:
      'Puts allow lists into force on trial: unless somebody confirms them in time, those before are in force again',
    permission: 'right:manage-installation',
    stepUp: true,
    audit: 'allow-lists-changed',
    body: change.extend({
      trialMinutes: z.int().min(least).max(most).default(usual),
      /** Puts them into force even if the one who asks could not take it back from where they are. */
      evenIfShutOut: z.boolean().default(false),
    }),
    response: allowLists,
    ifMatch: true,
  }),
  previewAllowLists: route({
    method: 'POST',
    path: '/allow-lists/preview',
    summary: 'Says whom allow lists would shut out that are here now; nothing is changed',
    permission: 'right:manage-installation',
    audit: { notAudited: 'it only says what a change would do' },
    body: change,
    response: previewedAllowLists,
  }),
  confirmAllowLists: route({
    method: 'POST',
    path: '/allow-lists/confirm',
    summary: 'Confirms allow lists that are on trial, or takes note of how they came about',
    permission: 'right:manage-installation',
    stepUp: true,
    audit: 'allow-lists-confirmed',
    body: z.strictObject({}),
    response: allowLists,
  }),
  returnAllowLists: route({
    method: 'POST',
    path: '/allow-lists/return',
    summary: 'Puts the allow lists before into force again; on trial, unless those that go were on trial themselves',
    permission: 'right:manage-installation',
    stepUp: true,
    audit: 'allow-lists-returned',
    body: z.strictObject({ evenIfShutOut: z.boolean().default(false) }),
    response: allowLists,
  }),
} as const;
