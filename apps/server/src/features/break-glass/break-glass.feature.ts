import type { Feature } from '#platform/feature';
import { breakGlassEndpoints } from './break-glass.routes.ts';
import { closeLeftAccount } from './emergency-account.ts';

const system = { kind: 'system', name: 'server' } as const;

/** `publicUrl` is where people reach the console. */
export const breakGlassFeature = (publicUrl: string): Feature => ({
  name: 'break-glass',
  endpoints: breakGlassEndpoints(publicUrl),
  periodics: [
    {
      name: 'close-break-glass',
      everyMs: 60_000,
      run: ({ inTransaction }) => inTransaction({ actor: system, action: null }, closeLeftAccount),
    },
  ],
});
