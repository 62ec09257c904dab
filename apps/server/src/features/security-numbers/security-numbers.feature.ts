import type { Feature } from '#platform/feature';
import { securityNumberEndpoints } from './security-numbers.routes.ts';

/** The numbers of sign-in, sessions and tokens that an administrator may change. */
export const securityNumbersFeature: Feature = { name: 'security-numbers', endpoints: securityNumberEndpoints };
