import { createRequire } from 'node:module';

/** The version of this server, as its package says. */
export const serverVersion = String(
  (createRequire(import.meta.url)('../package.json') as { readonly version: string }).version,
);
