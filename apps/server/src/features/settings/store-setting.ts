import type { ApplicationId, EnvironmentId } from '@almanac/domain';
import type { CommandContext } from '#platform/http';

export interface SettingPlace {
  readonly environmentId: EnvironmentId;
  readonly level: 'environment' | 'label' | 'site';
  readonly selector: string;
}

interface Change {
  readonly application: ApplicationId;
  readonly key: string;
  readonly place: SettingPlace;
  readonly secret: boolean;
  readonly changedBy: string;
}

/** Gives a setting a value; a secret comes in its envelope. */
export async function storeSetting(
  context: CommandContext,
  change: Change & { readonly value: string },
): Promise<void> {
  const { secret, value, changedBy } = change;
  const values = { secret, value, changedBy, changedAt: context.now };
  await context.db
    .insertInto('settingValues')
    .values({ applicationId: change.application, key: change.key, ...change.place, ...values })
    .onConflict((conflict) =>
      conflict.columns(['applicationId', 'key', 'environmentId', 'level', 'selector']).doUpdateSet(values),
    )
    .execute();
  await recordSettingChange(context, change);
}

/** Keeps a change for the history of the setting, and tells whoever watches; null says that the value was taken away. */
export async function recordSettingChange(
  context: CommandContext,
  change: Change & { readonly value: string | null },
): Promise<void> {
  const { application, place, ...rest } = change;
  await context.db
    .insertInto('settingChanges')
    .values({ id: context.newId(), applicationId: application, ...place, ...rest, changedAt: context.now })
    .execute();
  await context.record({ kind: 'settings-changed', subject: { application, environment: place.environmentId } });
}
