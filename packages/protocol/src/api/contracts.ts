import { z } from 'zod';
import { contractKind, fingerprint, incompatibility } from '../contract.ts';
import { id, name, named } from '../primitives.ts';
import { route } from '../route.ts';

const element = z.object({
  /** By which it is found; parameters of a path have no names in it: `GET /products/{}`. */
  key: z.string(),
  /** As its document writes it. */
  label: z.string(),
  fingerprint,
});

export const buildContracts = z
  .object({
    provides: z.array(
      z.object({
        module: name,
        contract: name,
        kind: contractKind,
        fingerprint,
        elements: z.array(element),
        /** Applications whose newest build consumes something of it. */
        consumers: z.array(named<'application'>()),
      }),
    ),
    consumes: z.array(
      z.object({
        module: name,
        contract: name,
        /** Applications whose newest build provides it. */
        providers: z.array(named<'application'>()),
        elements: z.array(
          z.object({
            /** `*` stands for every element of a contract that nobody provided yet. */
            element: z.string(),
            /** As who provides it writes it now; its key where nobody does. */
            label: z.string(),
            /** Fingerprint of the element that the build was made against; null when nothing provided it then. */
            builtAgainst: fingerprint.nullable(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'BuildContracts' });
export type BuildContracts = z.output<typeof buildContracts>;

/** What changed in the contracts that an application provides, from one build to another. */
export const contractChanges = z
  .object({
    contracts: z.array(
      z.object({
        contract: name,
        added: z.array(element),
        removed: z.array(element),
        changed: z.array(
          element.extend({
            /** Whether who was built against the earlier one is satisfied by the later one. */
            compatible: z.boolean(),
            reasons: z.array(incompatibility),
          }),
        ),
        unchanged: z.int(),
      }),
    ),
  })
  .meta({ id: 'ContractChanges' });
export type ContractChanges = z.output<typeof contractChanges>;

const oneBuild = z.object({ build: id<'build'>() });

const aBuild = { kind: 'build', build: 'params.build' } as const;

export const contractRoutes = {
  getBuildContracts: route({
    method: 'GET',
    path: '/builds/:build/contracts',
    summary: 'What a build provides to others and consumes of others, element by element',
    permission: 'capability:list',
    of: [aBuild],
    audit: null,
    params: oneBuild,
    response: buildContracts,
  }),
  compareBuildContracts: route({
    method: 'GET',
    path: '/builds/:build/contract-changes',
    summary:
      'What changed in what a build provides since another build, and whether consumers of that one stay satisfied',
    permission: 'capability:list',
    of: [aBuild, { kind: 'build', build: 'query.since', asks: 'list' }],
    audit: null,
    params: oneBuild,
    query: z.object({ since: id<'build'>() }),
    response: contractChanges,
  }),
} as const;
