import { refuse, type ScimAttribute, type ScimSchema, scimGroupSchema, scimUserSchema } from '@almanac/domain';
import type { scimRoutes } from '@almanac/protocol';
import { listOf, mostResources, type ScimOperation, type ScimRequest } from './scim-request.ts';

const schemas: readonly ScimSchema[] = [scimUserSchema, scimGroupSchema];

type Discovery = 'scimServiceProviderConfig' | 'scimResourceTypes' | 'scimResourceType' | 'scimSchemas' | 'scimSchema';

/** What of SCIM is spoken here (RFC 7644, section 4), made of the same schemas by which resources are read. */
export const discoveryOperations: Readonly<Record<Discovery & keyof typeof scimRoutes, ScimOperation>> = {
  scimServiceProviderConfig: reading(({ url }) => serviceProviderConfig(url)),
  scimResourceTypes: reading((request) =>
    all(
      request,
      schemas.map((each) => resourceType(request.url, each)),
    ),
  ),
  scimResourceType: reading(({ url, id }) => {
    const found = schemas.find((each) => each.name === id);
    return found === undefined ? refuse('not-found', 'there are Users and Groups') : resourceType(url, found);
  }),
  scimSchemas: reading((request) =>
    all(
      request,
      schemas.map((each) => shownSchema(request.url, each)),
    ),
  ),
  scimSchema: reading(({ url, id }) => {
    const found = schemas.find((each) => each.id.toLowerCase() === id.toLowerCase());
    return found === undefined ? refuse('not-found', `${id} is no schema of here`) : shownSchema(url, found);
  }),
};

function reading(body: (request: ScimRequest) => object): ScimOperation {
  return { kind: 'read', handle: async (_, request) => ({ status: 200, body: body(request) }) };
}

/** Nobody filters these lists (RFC 7644, section 4). */
function all(request: ScimRequest, resources: readonly object[]): object {
  if (request.query['filter'] !== undefined) refuse('not-permitted', 'this list is not filtered');
  return listOf({ startIndex: 1, count: resources.length }, { total: resources.length, resources });
}

function serviceProviderConfig(url: string): object {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: mostResources },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: 'A token of the identity provider that is made in Almanac, for SCIM alone',
        specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${url}/ServiceProviderConfig` },
  };
}

function resourceType(url: string, { id, name, description }: ScimSchema): object {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: name,
    name,
    description,
    endpoint: `/${name}s`,
    schema: id,
    meta: { resourceType: 'ResourceType', location: `${url}/ResourceTypes/${name}` },
  };
}

function shownSchema(url: string, { id, name, description, attributes }: ScimSchema): object {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id,
    name,
    description,
    attributes: attributes.map(shownAttribute),
    meta: { resourceType: 'Schema', location: `${url}/Schemas/${id}` },
  };
}

function shownAttribute({ subAttributes, ...attribute }: ScimAttribute): object {
  return {
    ...attribute,
    returned: 'default',
    ...(subAttributes.length === 0 ? {} : { subAttributes: subAttributes.map(shownAttribute) }),
  };
}
