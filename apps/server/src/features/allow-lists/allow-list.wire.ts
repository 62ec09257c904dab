import { type EnvironmentId, type Exclusion, type Fault, type Origin, type RoleId, refuse } from '@almanac/domain';
import { parseNetwork } from '@almanac/domain/network';
import type { AllowListsView, ParsedRequest, Routes } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { type AllowListContent, findRole } from '#features/access';
import { findEnvironment } from '#features/environments';
import type { Tables } from '#tables';
import type { AllowListRow } from './put-in-force.ts';

export async function presentAllowLists(
  db: Kysely<Tables>,
  { row, origin }: { readonly row: AllowListRow; readonly origin: Origin },
): Promise<AllowListsView> {
  const { content, cause } = row;
  const roles = await db.selectFrom('roles').select(['id', 'name', 'displayName']).orderBy('name').execute();
  const environments = await db.selectFrom('environments').select(['id', 'name']).orderBy('position').execute();
  const { console, api, agents } = content.entrances;
  return {
    entrances: { console: copied(console), api: copied(api), agents: copied(agents) },
    roles: roles.flatMap((role) => {
      const networks = content.roles[role.id];
      return networks === undefined ? [] : [{ role, networks: [...networks] }];
    }),
    environments: environments.flatMap((environment) => {
      const networks = content.environments[environment.id];
      return networks === undefined ? [] : [{ environment, networks: [...networks] }];
    }),
    trialEndsAt: row.trialEndsAt?.toISOString() ?? null,
    cause,
    changedAt: row.changedAt.toISOString(),
    changedBy: row.changedBy,
    changedFrom: row.changedFrom,
    unnoted: (cause === 'cleared' || cause === 'not-confirmed') && row.notedBy === null,
    canReturn: row.previous !== null,
    you: { address: origin.address, entrance: origin.entrance },
    revision: row.revision,
  };
}

const copied = (networks: readonly string[] | null) => (networks === null ? null : [...networks]);

type Change = ParsedRequest<Routes['previewAllowLists']>['body'];

/**
 * Lists as a change makes them of those before.
 *
 * @throws {DomainError} `invalid-request` with every text that is no network, or `not-found`
 */
export async function contentAfter(
  db: Kysely<Tables>,
  { before, change }: { readonly before: AllowListContent; readonly change: Change },
): Promise<AllowListContent> {
  const faults: Fault[] = [];
  const read = (texts: readonly string[] | null, pointer: string) =>
    texts === null ? null : networksOf(texts, { pointer, faults });
  const entrances = { ...before.entrances };
  for (const [entrance, texts] of Object.entries(change.entrances ?? {}))
    if (texts !== undefined) entrances[entrance as keyof typeof entrances] = read(texts, `/entrances/${entrance}`);
  const roles: Record<RoleId, readonly string[]> = { ...before.roles };
  for (const [name, texts] of Object.entries(change.roles ?? {})) {
    const { id } = await findRole(db, name);
    putOrLift(roles, id, read(texts, `/roles/${name}`));
  }
  const environments: Record<EnvironmentId, readonly string[]> = { ...before.environments };
  for (const [name, texts] of Object.entries(change.environments ?? {})) {
    const { id } = await findEnvironment(db, name);
    putOrLift(environments, id, read(texts, `/environments/${name}`));
  }
  if (faults.length > 0) refuse('invalid-request', 'some of these are no networks', faults);
  return { entrances, roles, environments };
}

function putOrLift<Key extends string>(
  lists: Record<Key, readonly string[]>,
  key: Key,
  networks: readonly string[] | null,
): void {
  if (networks === null) delete lists[key];
  else lists[key] = networks;
}

/** Networks in their one spelling, each once; what is none is noted with what was probably meant. */
function networksOf(
  texts: readonly string[],
  noted: { readonly pointer: string; readonly faults: Fault[] },
): readonly string[] {
  const networks = texts.map((text, index) => {
    const { network, fault } = parseNetwork(text);
    if (network !== undefined) return network;
    const detail =
      fault.kind === 'not-a-network'
        ? `${text} is no network; write it as 10.0.0.0/8, fd00::/8 or as one address`
        : `${text} is an address inside of a network; the network is ${fault.instead}`;
    noted.faults.push({ pointer: `${noted.pointer}/${index}`, detail });
    return text;
  });
  return [...new Set(networks)];
}

const entranceWords = { console: 'the console', api: 'the API', agents: 'agents' } as const;

/** In sentences, how somebody at an address would be shut out. */
export async function exclusionWords(
  db: Kysely<Tables>,
  given: { readonly exclusions: readonly Exclusion[]; readonly address: string },
): Promise<string[]> {
  const words: string[] = [];
  for (const exclusion of given.exclusions) {
    if (exclusion.kind === 'entrance')
      words.push(`${entranceWords[exclusion.entrance]} would not be reached from ${given.address}, where you are`);
    else {
      const { displayName } = await findRole(db, exclusion.role);
      words.push(`your role ${displayName} would not count from ${given.address}, where you are`);
    }
  }
  return words;
}
