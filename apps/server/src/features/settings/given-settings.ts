import { type ApplicationId, actorName, type EnvironmentId, refuse } from '@almanac/domain';
import type { Manifest } from '@almanac/protocol';
import type { CommandContext } from '#platform/http';
import { Secret, type SecretBox } from '#platform/secrets';
import { addressFault, definitionsOf, settingUse } from './definitions.ts';
import { storeSetting } from './store-setting.ts';

/** A value that somebody gave with a plan; a secret is in its envelope. */
export interface GivenSetting {
  readonly key: string;
  readonly secret: boolean;
  readonly value: string;
}

/** Checks values that come with a plan against the manifest, and closes the secrets among them. */
export type SealGiven = (input: {
  readonly application: { readonly id: ApplicationId; readonly name: string };
  readonly environment: EnvironmentId;
  readonly manifest: Manifest;
  readonly values: Readonly<Record<string, string>>;
}) => readonly GivenSetting[];

export function createSealGiven(box: SecretBox, ownDatabase: Secret | undefined): SealGiven {
  return ({ application, environment, manifest, values }) => {
    const definitions = definitionsOf(manifest);
    return Object.entries(values).map(([key, value]) => {
      const definition = definitions[key];
      if (definition === undefined)
        return refuse('invalid-request', `this build of ${application.name} defines no setting or connection ${key}`);
      const fault = definition.connection === null ? undefined : addressFault(value, ownDatabase);
      if (fault !== undefined) return refuse('invalid-request', `${key} of ${application.name}: ${fault}`);
      const use = settingUse({ application: application.id, environment, key });
      return { key, secret: definition.secret, value: definition.secret ? box.close(new Secret(value), use) : value };
    });
  };
}

/** Stores what was given with a plan, now that the plan begins. */
export async function storeGiven(
  context: CommandContext,
  input: {
    readonly application: ApplicationId;
    readonly environment: EnvironmentId;
    readonly given: readonly GivenSetting[];
    readonly by: string;
  },
): Promise<void> {
  for (const each of input.given)
    await storeSetting(context, {
      application: input.application,
      place: { environmentId: input.environment, level: 'environment', selector: '' },
      ...each,
      changedBy: input.by === '' ? actorName(context.actor) : input.by,
    });
}
