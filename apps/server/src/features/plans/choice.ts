import type { ApplicationId, BuildId, Plan as DomainPlan, PinnedSettings, ValueBack } from '@almanac/domain';
import type { RolloutStrategy } from '@almanac/protocol';
import type { GivenSetting } from '#features/settings';

/** What was chosen for one application when a plan was composed. Everything else of a plan follows by analysis. */
export interface Choice {
  readonly application: ApplicationId;
  readonly name: string;
  readonly kind: 'deploy' | 'configure' | 'remove';
  /** Null where none was chosen: what is there is configured, or taken out. */
  readonly build: BuildId | null;
  /** Values that come with the plan and are stored when it begins. */
  readonly given: readonly GivenSetting[];
  /** The version that the build gets when the plan is started; the suggested number where it names none. */
  readonly tag: { readonly number: string | null; readonly notes: string } | null;
  /** Settings of another moment, in the place of those that hold now. */
  readonly earlierSettings: PinnedSettings | null;
  /** How it takes over this time; as the environment or the manifest says where it is absent. */
  readonly rollout?: RolloutStrategy;
  /** Values that are set back when it begins. */
  readonly valuesBack?: readonly ValueBack[];
}

/** Choices of a plan; one of before they were kept is read from its operations. */
export function choicesOf(row: {
  readonly composition: readonly Choice[];
  readonly body: DomainPlan;
}): readonly Choice[] {
  if (row.composition.length > 0) return row.composition;
  return row.body.operations.map((each) => ({
    application: each.application,
    name: each.applicationName,
    kind: each.kind,
    build: each.kind === 'deploy' ? (each.after?.build ?? null) : null,
    given: [],
    tag: null,
    earlierSettings: null,
  }));
}
