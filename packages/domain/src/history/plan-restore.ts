import type { ApplicationId } from '../identity/id.ts';
import type { EnvironmentState, InForce } from './environment-state.ts';

/** What must be done to one application so that it is again what it was. */
export type RestoreStep =
  | { readonly kind: 'bring-back'; readonly application: ApplicationId; readonly wanted: InForce }
  | { readonly kind: 'take-out'; readonly application: ApplicationId };

/**
 * What leads from a state to another one: what is there already stays untouched, what was not there then is taken out.
 * Settings that an entry does not tell of count as those of now.
 */
export function planRestore(now: EnvironmentState, then: EnvironmentState): readonly RestoreStep[] {
  const back = [...then].flatMap(([application, wanted]): RestoreStep[] => {
    const present = now.get(application);
    const same =
      present !== undefined &&
      present.build === wanted.build &&
      (wanted.settings === null || wanted.settings === present.settings);
    return same ? [] : [{ kind: 'bring-back', application, wanted }];
  });
  const out = [...now.keys()].filter((application) => !then.has(application));
  return [...back, ...out.map((application): RestoreStep => ({ kind: 'take-out', application }))];
}
