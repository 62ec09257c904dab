import { z } from 'zod';
import { timestamp } from '../primitives.ts';
import { route } from '../route.ts';
import { signInAnswer } from './sign-in.ts';

export const breakGlass = z
  .object({
    /** `off`: there are no credentials. `ready`: they are made, and not used. `used`: they were, and work no more. */
    state: z.enum(['off', 'ready', 'used']),
    madeBy: z.string().nullable(),
    madeAt: timestamp.nullable(),
    usedAt: timestamp.nullable(),
    /** From which address. */
    usedFrom: z.string().nullable(),
    /** Who took note of the use; until then every administrator is shown it. */
    acknowledgedBy: z.string().nullable(),
  })
  .meta({ id: 'BreakGlass' });
export type BreakGlass = z.output<typeof breakGlass>;

export const breakGlassRoutes = {
  getBreakGlass: route({
    method: 'GET',
    path: '/break-glass',
    summary: 'Whether there are credentials for an emergency, and whether they were used',
    permission: 'right:manage-users',
    audit: null,
    response: breakGlass,
  }),
  makeBreakGlass: route({
    method: 'POST',
    path: '/break-glass',
    summary: 'Makes credentials for an emergency, to be printed and sealed; they work once, and earlier ones end',
    permission: 'right:manage-installation',
    stepUp: true,
    audit: 'break-glass-made',
    body: z.strictObject({}),
    response: breakGlass.extend({ secret: z.string(), url: z.string() }),
    status: 201,
  }),
  endBreakGlass: route({
    method: 'DELETE',
    path: '/break-glass',
    summary: 'Ends the credentials for an emergency, and whoever came in by them',
    permission: 'right:manage-installation',
    stepUp: true,
    audit: 'break-glass-ended',
  }),
  acknowledgeBreakGlass: route({
    method: 'POST',
    path: '/break-glass/acknowledge',
    summary: 'Takes note that the credentials for an emergency were used',
    permission: 'right:manage-users',
    audit: 'break-glass-acknowledged',
    body: z.strictObject({}),
    response: breakGlass,
  }),
  signInByBreakGlass: route({
    method: 'POST',
    path: '/sessions/break-glass',
    summary: 'Signs in with the credentials for an emergency, for an hour; every administrator is told',
    permission: 'public',
    audit: 'break-glass-used',
    body: z.strictObject({ secret: z.string().max(200) }),
    response: signInAnswer,
    status: 201,
  }),
} as const;
