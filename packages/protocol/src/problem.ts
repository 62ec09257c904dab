import { z } from 'zod';

/** RFC 9457 problem details as Almanac sends them. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    /** Identifies this occurrence; the server's log carries it too. */
    instance: z.string(),
    code: z.string(),
    category: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof problem>;
