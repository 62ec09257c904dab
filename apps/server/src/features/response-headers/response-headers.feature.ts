import type { Feature } from '#platform/feature';
import { forgetViolations } from './keep-violations.ts';
import { responseHeaderEndpoints, type TellSites } from './response-headers.routes.ts';

const hourMs = 3_600_000;

export function responseHeadersFeature(tellSites: TellSites): Feature {
  return {
    name: 'response-headers',
    endpoints: responseHeaderEndpoints(tellSites),
    periodics: [{ name: 'forget-violations', everyMs: hourMs, run: forgetViolations }],
  };
}
