import type { EnvironmentId, ValueBack } from '@almanac/domain';
import type { Finding } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { movedValues } from '#features/settings';
import type { Tables } from '#tables';
import type { Choice } from './choice.ts';

/** What becomes of values that a choice sets back, one by one; an error where somebody changed one meanwhile. */
export async function valueFindings(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly choice: Choice },
): Promise<readonly Finding[]> {
  const { environment, choice } = input;
  const values = choice.valuesBack ?? [];
  if (values.length === 0) return [];
  const moved = await movedValues(db, { environment, application: choice.application, values });
  return values.map((each): Finding => {
    const known = { application: choice.name, subject: each.key };
    if (moved.includes(each))
      return {
        ...known,
        code: 'value-moved',
        severity: 'error',
        detail: `${each.key} was changed since it was decided what it goes back to`,
        fix: 'compose the way back anew',
      };
    return { ...known, code: 'value-set-back', severity: 'warning', detail: detailOf(each), fix: null };
  });
}

function detailOf({ key, level, selector, secret, before, after }: ValueBack): string {
  const place = level === 'environment' ? '' : ` for ${level} ${selector}`;
  if (after === null) return `${key}${place} is taken away again: it was not set then`;
  if (secret) return `${key}${place} is set back to the secret of then`;
  return `${key}${place} is set back to ${after}${before === null ? '' : `, it is ${before} now`}`;
}
