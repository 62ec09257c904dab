import { z } from 'zod';
import { displayName, id, name } from '../primitives.ts';

export const principal = z
  .object({
    id: id<'principal'>(),
    /** A builder builds, and does nothing else. */
    kind: z.enum(['user', 'service', 'builder']),
    name,
    displayName,
    /** The name of the default role: what it may do where no team and no grant speaks; a builder has none. */
    role: z.string().nullable(),
    /** The teams that it is in, each with the name of the role there. */
    teams: z.array(z.object({ name: z.string(), role: z.string() })),
  })
  .meta({ id: 'Principal' });
export type Principal = z.output<typeof principal>;
