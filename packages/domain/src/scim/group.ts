import { refuse } from '../refusal/refusal.ts';
import { knownPartOf, type ScimResource, scimLimits, textIn, valuesIn } from './resource.ts';
import { scimGroupSchema } from './schema.ts';

/** A group as an identity provider sends it. */
export interface ScimGroup {
  readonly displayName: string;
  readonly externalId: string | null;
  /** Keys of people here, each once. */
  readonly members: readonly string[];
}

/**
 * Reads a group out of what was sent, or of what a patch leaves.
 *
 * @throws {DomainError} `invalid-value` with what is wrong, `too-large` for more members than a group may have
 */
export function readScimGroup(document: unknown): ScimGroup {
  const resource = knownPartOf(scimGroupSchema, document);
  const members = valuesIn(resource, 'members', scimLimits.members).map(
    (each) => textIn(each, 'value') ?? refuse('invalid-value', 'a member is named by its value, the id of a User'),
  );
  return {
    displayName: textIn(resource, 'displayName') ?? refuse('invalid-value', 'displayName is missing'),
    externalId: textIn(resource, 'externalId'),
    members: [...new Set(members)],
  };
}

/**
 * What the mapping of the provider calls the group, compared exactly: its key there if it has one, since nobody chooses that,
 * else its name.
 */
export function scimGroupKey({ externalId, displayName }: Pick<ScimGroup, 'externalId' | 'displayName'>): string {
  return externalId ?? displayName;
}

export function scimGroupResource({ displayName, externalId, members }: ScimGroup): ScimResource {
  return {
    displayName,
    ...(externalId === null ? {} : { externalId }),
    members: members.map((value) => ({ value })),
  };
}
