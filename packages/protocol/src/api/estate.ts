import { z } from 'zod';
import { id, named, paging, timestamp } from '../primitives.ts';
import { route } from '../route.ts';
import { scope } from '../route-object.ts';
import { buildReference } from './applications.ts';
import { environment } from './environments.ts';
import { hotfixMark } from './hotfixes.ts';

/** The mark, word and colour of a cell, in the words of the console. */
export const health = z.enum(['healthy', 'progressing', 'waiting', 'warning', 'failed', 'offline', 'unknown']);
export type Health = z.output<typeof health>;

export const boardCell = z
  .object({
    environment: id<'environment'>(),
    build: buildReference,
    health: health,
    /** Why it is not healthy, in a sentence. */
    message: z.string().nullable(),
    /** True when settings changed since they were applied. */
    settingsChanged: z.boolean(),
    /** What somebody changed by hand on one of its sites, in a sentence. */
    drift: z.string().nullable(),
    since: timestamp,
    /** The plan that changes this cell now. */
    plan: z.object({ id: id<'plan'>(), number: z.int() }).nullable(),
    sites: z.object({ total: z.int(), converged: z.int(), offline: z.int() }),
    /** Open hotfixes of the application that concern this environment: those that it has, and those that it lacks. */
    hotfixes: z.array(hotfixMark),
    /** Where its front door answers, for the first online site; null for what serves nothing. */
    address: z.string().nullable(),
  })
  .meta({ id: 'BoardCell' });
export type BoardCell = z.output<typeof boardCell>;

export const boardRow = z
  .object({
    application: named<'application'>().extend({ displayName: z.string() }),
    /** The team that owns it. */
    team: z.string().nullable(),
    /** The newest build in any state, so that work in progress is seen. */
    latestBuild: z
      .object({
        id: id<'build'>(),
        number: z.int(),
        label: z.string(),
        state: z.string(),
        subject: z.string().nullable(),
      })
      .nullable(),
    cells: z.array(boardCell),
  })
  .meta({ id: 'BoardRow' });
export type BoardRow = z.output<typeof boardRow>;

/** What changed, as a hint to read it again; sent as server-sent events with the outbox position as the id. */
export const liveEvent = z
  .object({
    position: z.int(),
    kind: z.enum([
      'application-changed',
      'build-changed',
      'version-created',
      'release-changed',
      'rollout-changed',
      'environment-changed',
      'site-changed',
      'settings-changed',
      'plan-changed',
      'target-changed',
      'references-resolved',
      'inspection-changed',
      'notification-changed',
      'hotfix-changed',
      'governance-changed',
      'identity-provider-changed',
      'break-glass-changed',
      'allow-lists-changed',
      'response-headers-changed',
      'signing-keys-changed',
    ]),
    /** Keys of what it concerns, by noun. */
    subject: z.record(z.string(), z.string()),
    at: timestamp,
  })
  .meta({ id: 'LiveEvent' });
export type LiveEvent = z.output<typeof liveEvent>;

export const estateRoutes = {
  getBoard: route({
    method: 'GET',
    path: '/board',
    summary: 'The estate: applications × environments',
    permission: 'capability:list',
    of: [scope],
    audit: null,
    query: paging.extend({
      limit: z.coerce.number().int().min(1).max(200).default(100),
      search: z.string().max(100).optional(),
      /** `team`: by the team that owns them, and by name within it; what no team owns comes last. */
      order: z.enum(['name', 'team']).default('name'),
    }),
    response: z.object({
      environments: z.array(environment),
      rows: z.array(boardRow),
      next: z.string().nullable(),
      /** Position of the newest event that this answer contains. */
      position: z.int(),
    }),
  }),
  getAbout: route({
    method: 'GET',
    path: '/about',
    summary: 'Versions of the server, its agents and the protocol',
    permission: 'signed-in',
    audit: null,
    response: z.object({
      version: z.string(),
      protocol: z.string(),
      node: z.string(),
      database: z.object({ version: z.string(), embedded: z.boolean() }),
      incarnation: z.int(),
      startedAt: timestamp,
      agents: z.array(z.object({ version: z.string(), sites: z.int() })),
    }),
  }),
  streamEvents: route({
    method: 'GET',
    path: '/events',
    summary: 'Live events as server-sent events; `Last-Event-ID` or `after` resumes',
    permission: 'capability:list',
    of: [scope],
    audit: null,
    query: z.object({ after: z.coerce.number().int().nonnegative().optional() }),
    raw: 'response',
  }),
} as const;
