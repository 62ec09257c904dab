import type { ApplicationId, BuildId } from '../identity/id.ts';

/** What a plan does to one application of the environment. */
export type Change =
  | { readonly kind: 'deploy'; readonly application: ApplicationId; readonly build: BuildId }
  | { readonly kind: 'configure'; readonly application: ApplicationId }
  | { readonly kind: 'remove'; readonly application: ApplicationId };

/** Which build of each application an environment contains. */
export type Installed = ReadonlyMap<ApplicationId, BuildId>;

/** The environment as it is after the changes. */
export function applyChanges(installed: Installed, changes: readonly Change[]): Installed {
  const after = new Map(installed);
  for (const change of changes) {
    if (change.kind === 'deploy') after.set(change.application, change.build);
    if (change.kind === 'remove') after.delete(change.application);
  }
  return after;
}
