import {
  type ApplicationId,
  type EnvironmentId,
  type PlacedValue,
  refuse,
  type ValueBack,
  valuesBack,
} from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';
import { recordSettingChange, storeSetting } from './store-setting.ts';

interface Values {
  readonly application: ApplicationId;
  readonly environment: EnvironmentId;
}

/** What must be set so that the values of an application in an environment are those that were set at a moment. */
export async function readValuesBack(
  db: Kysely<Tables>,
  input: Values & { readonly moment: Date },
): Promise<readonly ValueBack[]> {
  const { rows } = await sql<PlacedValue & { readonly value: string | null }>`
    select distinct on (key, level, selector) key, level, selector, secret, value from setting_changes
    where application_id = ${input.application} and environment_id = ${input.environment}
      and changed_at <= ${input.moment}::timestamptz
    order by key, level, selector, changed_at desc, id desc`.execute(db);
  const then = rows.flatMap((row) => (row.value === null ? [] : [{ ...row, value: row.value }]));
  return valuesBack(await readValues(db, input), then);
}

/** Those of which the value is not what it was when the way back was composed. */
export async function movedValues(
  db: Kysely<Tables>,
  input: Values & { readonly values: readonly ValueBack[] },
): Promise<readonly ValueBack[]> {
  const present = await readValues(db, input);
  return input.values.filter((each) => {
    const own = present.find((value) => isAt(value, each));
    return (own?.value ?? null) !== each.before;
  });
}

/** Sets values back, now that the plan begins; refused when one of them is not what it was when that was composed. */
export async function setBack(
  context: CommandContext,
  input: Values & { readonly values: readonly ValueBack[]; readonly by: string },
): Promise<void> {
  const { application, environment, values } = input;
  if (values.length === 0) return;
  // Whoever sets one of them meanwhile comes before, and is seen, or after.
  await context.db
    .selectFrom('settingValues')
    .select('key')
    .where('applicationId', '=', application)
    .where('environmentId', '=', environment)
    .forUpdate()
    .execute();
  const [moved] = await movedValues(context.db, { application, environment, values });
  if (moved !== undefined)
    return refuse('content-moved', `${moved.key} was changed since it was decided what it goes back to`);
  for (const { key, level, selector, secret, after } of values) {
    const place = { environmentId: environment, level, selector };
    const change = { application, key, place, secret, changedBy: input.by };
    if (after !== null) await storeSetting(context, { ...change, value: after });
    else {
      await context.db
        .deleteFrom('settingValues')
        .where('applicationId', '=', application)
        .where('environmentId', '=', environment)
        .where('key', '=', key)
        .where('level', '=', level)
        .where('selector', '=', selector)
        .execute();
      await recordSettingChange(context, { ...change, value: null });
    }
  }
}

async function readValues(db: Kysely<Tables>, { application, environment }: Values): Promise<readonly PlacedValue[]> {
  return db
    .selectFrom('settingValues')
    .select(['key', 'level', 'selector', 'secret', 'value'])
    .where('applicationId', '=', application)
    .where('environmentId', '=', environment)
    .execute();
}

function isAt(value: PlacedValue, place: Pick<ValueBack, 'key' | 'level' | 'selector'>): boolean {
  return value.key === place.key && value.level === place.level && value.selector === place.selector;
}
