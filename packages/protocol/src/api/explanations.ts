import { capabilities, rights } from '@almanac/domain';
import { z } from 'zod';
import { named, reference } from '../primitives.ts';
import { route } from '../route.ts';

const decidedBy = z.object({
  /** The most specific rule that speaks of the place. */
  kind: z.enum(['inactive', 'grant', 'team', 'default']),
  role: named<'role'>().extend({ displayName: z.string() }).nullable(),
  team: named<'team'>().nullable(),
  /** The part of the role that speaks of the environment: by its name, its type, or for all others. */
  part: z.enum(['environment', 'type', 'elsewhere']).nullable(),
  capabilities: z.array(z.enum(capabilities)),
  /** Whose allow list the address is outside of that was asked about, so that it gives less. */
  outside: z.enum(['role', 'environment']).nullable(),
  /** The rule in a sentence. */
  why: z.string(),
});

/** What somebody may do at a place, and why. */
export const accessExplanation = z
  .object({
    principal: named<'principal'>(),
    environment: named<'environment'>(),
    /** null: the environment as such, and every application of which nothing more specific speaks. */
    application: named<'application'>().nullable(),
    decision: decidedBy,
    /** Rules that would decide if those before them were not there, in their order. */
    otherwise: z.array(decidedBy),
    /** Rights of the installation, by the default role. */
    rights: z.array(z.enum(rights)),
  })
  .meta({ id: 'AccessExplanation' });
export type AccessExplanation = z.output<typeof accessExplanation>;

export const explanationRoutes = {
  explainAccess: route({
    method: 'GET',
    path: '/principals/:principal/access',
    summary: 'Says what somebody may do in an environment, with an application, and which rule decides it',
    permission: 'signed-in',
    audit: null,
    params: z.object({ principal: reference }),
    query: z.object({
      environment: reference,
      application: reference.optional(),
      /** An address to come from; without it, from where every allow list has it. */
      address: z.union([z.ipv4(), z.ipv6()]).optional(),
    }),
    response: accessExplanation,
  }),
} as const;
