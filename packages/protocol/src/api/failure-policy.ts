import { z } from 'zod';

/** What happens to the rest of a plan when one of its operations fails. */
export const failurePolicy = z.enum(['stop', 'continue', 'return']);
