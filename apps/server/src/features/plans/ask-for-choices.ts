import type { EnvironmentId } from '@almanac/domain';
import type { CommandContext } from '#platform/http';
import type { Choice } from './choice.ts';

/**
 * Asks for everything that a plan would change, once it is known: differences, releases, moments and other plans name
 * applications that the request did not. Who brings values of settings, or has builds tagged, must be allowed to change.
 */
export async function askForChoices(
  context: CommandContext,
  { environment, choices }: { readonly environment: EnvironmentId; readonly choices: readonly Choice[] },
): Promise<void> {
  const { db, access } = context;
  const applications = choices.map((each) => each.application);
  await access.ask(db, { capability: 'deploy', environment, applications });
  const changed = choices.filter(
    ({ given, tag, valuesBack = [] }) => given.length > 0 || tag !== null || valuesBack.length > 0,
  );
  if (changed.length > 0)
    await access.ask(db, {
      capability: 'change',
      environment,
      applications: changed.map((each) => each.application),
    });
}
