import type { PolicyScope } from '@almanac/domain';
import { z } from 'zod';
import { reference } from '../primitives.ts';

/** Where something holds: everywhere, in one environment, or in one and in all that come after it on the path. */
export const policyScope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('estate') }),
  z.strictObject({ kind: z.literal('path'), environment: reference }),
  z.strictObject({ kind: z.literal('environment'), environment: reference }),
]) satisfies z.ZodType<PolicyScope>;
