/** An attribute of a resource (RFC 7643, section 7); what is not said is a single text that whoever writes may change. */
export interface ScimAttribute {
  readonly name: string;
  readonly description: string;
  readonly type: 'string' | 'boolean' | 'dateTime' | 'complex';
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readWrite' | 'readOnly' | 'immutable';
  readonly uniqueness: 'none' | 'server';
  readonly subAttributes: readonly ScimAttribute[];
}

export interface ScimSchema {
  readonly id: string;
  readonly name: 'User' | 'Group';
  readonly description: string;
  readonly attributes: readonly ScimAttribute[];
}

const attribute = (
  name: string,
  description: string,
  given: Partial<Omit<ScimAttribute, 'name' | 'description'>> = {},
): ScimAttribute => ({
  name,
  description,
  type: given.subAttributes === undefined ? 'string' : 'complex',
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  uniqueness: 'none',
  subAttributes: [],
  ...given,
});

/** What every resource has, whatever its schema (RFC 7643, section 3.1). */
const commonAttributes: readonly ScimAttribute[] = [
  attribute('id', 'The key of the resource here', { caseExact: true, mutability: 'readOnly', uniqueness: 'server' }),
  attribute('externalId', 'The key of the resource at the identity provider', { caseExact: true }),
  attribute('meta', 'When the resource was made and changed', {
    mutability: 'readOnly',
    subAttributes: [
      attribute('resourceType', 'User or Group', { caseExact: true, mutability: 'readOnly' }),
      attribute('created', 'When it was made', { type: 'dateTime', mutability: 'readOnly' }),
      attribute('lastModified', 'When it was last changed', { type: 'dateTime', mutability: 'readOnly' }),
      attribute('location', 'Its address', { caseExact: true, mutability: 'readOnly' }),
      attribute('version', 'Its version, for If-Match', { caseExact: true, mutability: 'readOnly' }),
    ],
  }),
];

/** What is kept of people: no more than is needed to know them, to call them by their name, and to let them in. */
export const scimUserSchema: ScimSchema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:User',
  name: 'User',
  description: 'A person',
  attributes: [
    attribute('userName', 'What the person signs in as at the identity provider', {
      required: true,
      uniqueness: 'server',
    }),
    attribute('displayName', 'What the person is called'),
    attribute('name', 'The name in its parts', {
      subAttributes: [
        attribute('formatted', 'The whole name'),
        attribute('givenName', 'The given name'),
        attribute('familyName', 'The family name'),
      ],
    }),
    attribute('emails', 'E-mail addresses, to be shown', {
      multiValued: true,
      subAttributes: [
        attribute('value', 'The address'),
        attribute('type', 'What it is for, such as work'),
        attribute('primary', 'Whether it is the one to show', { type: 'boolean' }),
      ],
    }),
    attribute('active', 'Whether the person may sign in', { type: 'boolean' }),
    attribute('groups', 'The groups of the person; they are changed at the group', {
      multiValued: true,
      mutability: 'readOnly',
      subAttributes: [
        attribute('value', 'The key of the group', { caseExact: true, mutability: 'readOnly' }),
        attribute('display', 'Its name', { mutability: 'readOnly' }),
      ],
    }),
  ],
};

export const scimGroupSchema: ScimSchema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  name: 'Group',
  description: 'A group of people; what it gives here is said by the mapping of the identity provider',
  attributes: [
    attribute('displayName', 'The name of the group', { required: true, uniqueness: 'server' }),
    attribute('members', 'Who is in the group', {
      multiValued: true,
      subAttributes: [
        attribute('value', 'The key of the person here', { caseExact: true, mutability: 'immutable' }),
        attribute('display', 'The name of the person', { mutability: 'readOnly' }),
      ],
    }),
  ],
};

/** An attribute as a filter or a patch names it: with the URN of its schema, or without. */
export interface ScimAttributePath {
  readonly schema: string | null;
  readonly name: string;
  readonly sub: string | null;
}

/** An attribute that a path leads to, and its part where the path names one. */
export interface ScimTarget {
  readonly attribute: ScimAttribute;
  readonly sub: ScimAttribute | null;
}

/** Where a path leads; undefined for what is not kept here. Names of attributes are compared without their case. */
export function scimTarget(schema: ScimSchema, path: ScimAttributePath): ScimTarget | undefined {
  if (path.schema !== null && path.schema.toLowerCase() !== schema.id.toLowerCase()) return undefined;
  const attribute = attributeNamed([...commonAttributes, ...schema.attributes], path.name);
  if (attribute === undefined) return undefined;
  if (path.sub === null) return { attribute, sub: null };
  const sub = attributeNamed(attribute.subAttributes, path.sub);
  return sub === undefined ? undefined : { attribute, sub };
}

export function attributeNamed(attributes: readonly ScimAttribute[], name: string): ScimAttribute | undefined {
  const wanted = name.toLowerCase();
  return attributes.find((each) => each.name.toLowerCase() === wanted);
}
