import { type ApplicationId, actorName, type EnvironmentId, refuse } from '@almanac/domain';
import type { Manifest } from '@almanac/protocol';
import type { CommandContext } from '#platform/http';
import { addressFault, definitionsOf } from './definitions.ts';
import { Secret, type SecretBox } from './secret-box.ts';
import { storeSetting } from './store-setting.ts';

/** A value that somebody gave with a plan; a secret is in its envelope. */
export interface GivenSetting {
  readonly key: string;
  readonly secret: boolean;
  readonly value: string;
}

/** Checks values that come with a plan against the manifest, and closes the secrets among them. */
export type SealGiven = (input: {
  readonly application: string;
  readonly manifest: Manifest;
  readonly values: Readonly<Record<string, string>>;
}) => readonly GivenSetting[];

export function createSealGiven(box: SecretBox, ownDatabase: string | undefined): SealGiven {
  return ({ application, manifest, values }) => {
    const definitions = definitionsOf(manifest);
    return Object.entries(values).map(([key, value]) => {
      const definition = definitions[key];
      if (definition === undefined)
        return refuse('invalid-request', `this build of ${application} defines no setting or connection ${key}`);
      const fault = definition.connection === null ? undefined : addressFault(value, ownDatabase);
      if (fault !== undefined) return refuse('invalid-request', `${key} of ${application}: ${fault}`);
      return { key, secret: definition.secret, value: definition.secret ? box.close(new Secret(value)) : value };
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
