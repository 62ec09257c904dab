import type { ApplicationId, EnvironmentId } from '@almanac/domain';
import type { Manifest, Setting } from '@almanac/protocol';
import type { Secret, SecretUse } from '#platform/secrets';

export interface Definition {
  readonly secret: boolean;
  readonly required: boolean;
  readonly default?: string | undefined;
  readonly description?: string | undefined;
  readonly connection: Setting['connection'];
}

/**
 * What can be given a value: the settings of a manifest, and its connections. A connection that has a value leads to
 * that address, which holds a password and is therefore a secret; without one the site provides it.
 */
export function definitionsOf(manifest: Manifest): Readonly<Record<string, Definition>> {
  const settings = Object.entries(manifest.settings).map(
    ([key, each]) => [key, { ...each, connection: null }] as const,
  );
  const connections = Object.entries(manifest.connections).map(
    ([key, connection]) => [key, { secret: true, required: false, connection }] as const,
  );
  return Object.fromEntries([...settings, ...connections]);
}

/** Why a value cannot be the address of a connection; undefined when it can. */
export function addressFault(value: string, forbidden: Secret | undefined): string | undefined {
  const address = URL.canParse(value) ? new URL(value) : undefined;
  if (address === undefined || !/^postgres(ql)?:$/.test(address.protocol) || address.hostname === '')
    return 'the value of a connection is an address: postgres://user:password@host:port/database';
  const own = URL.parse(forbidden?.reveal() ?? '');
  if (own === null) return undefined;
  const isOwn = own.hostname === address.hostname && (own.port || '5432') === (address.port || '5432');
  return isOwn ? 'this is the PostgreSQL of Almanac itself; applications have another one' : undefined;
}

/** A secret value holds for one setting of one application in one environment, wherever its envelope is copied there. */
export function settingUse(place: {
  readonly application: ApplicationId;
  readonly environment: EnvironmentId;
  readonly key: string;
}): SecretUse {
  return { kind: 'setting', id: `${place.application}/${place.environment}/${place.key}` };
}
