import { numberUnits, securityNumberNames } from '@almanac/domain';
import { z } from 'zod';
import { timestamp } from '../primitives.ts';
import { route } from '../route.ts';

const securityNumberName = z.enum(securityNumberNames);

export const securityNumber = z
  .object({
    name: securityNumberName,
    value: z.int(),
    unit: z.enum(numberUnits),
    /** What holds unless somebody changes it. */
    usual: z.int(),
    least: z.int(),
    most: z.int(),
    purpose: z.string(),
    /** Why it is no lower and no higher. */
    bounds: z.string(),
    /** When somebody changed it, and who; null where it is as it was from the start. */
    changedAt: timestamp.nullable(),
    changedBy: z.string().nullable(),
  })
  .meta({ id: 'SecurityNumber' });
export type SecurityNumberView = z.output<typeof securityNumber>;

const oneNumber = z.object({ name: securityNumberName });

export const securityNumberRoutes = {
  listSecurityNumbers: route({
    method: 'GET',
    path: '/security-numbers',
    summary: 'Lists the numbers of sign-in, sessions and tokens, with their ranges and who changed them',
    permission: 'right:read-audit',
    audit: null,
    response: z.object({ items: z.array(securityNumber) }),
  }),
  setSecurityNumber: route({
    method: 'PUT',
    path: '/security-numbers/:name',
    summary: 'Changes a number within its range; it holds on all servers at once',
    permission: 'right:manage-installation',
    stepUp: true,
    audit: 'security-number-changed',
    params: oneNumber,
    body: z.strictObject({ value: z.number() }),
    response: securityNumber,
  }),
  resetSecurityNumber: route({
    method: 'DELETE',
    path: '/security-numbers/:name',
    summary: 'Makes a number what is usual again',
    permission: 'right:manage-installation',
    stepUp: true,
    audit: 'security-number-reset',
    params: oneNumber,
    response: securityNumber,
  }),
} as const;
