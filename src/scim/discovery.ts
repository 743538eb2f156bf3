import {
  type Attribute,
  CORE_GROUP,
  CORE_USER,
  ENTERPRISE_ATTRIBUTES,
  ENTERPRISE_USER,
  GROUP_ATTRIBUTES,
  ROSTER_ATTRIBUTES,
  ROSTER_USER,
  USER_ATTRIBUTES,
} from '../provisioning/attribute.ts';
import type { Resource } from '../provisioning/resource.ts';
import { largestBody, MOST_OPERATIONS, MOST_RESULTS } from './limits.ts';
import { PROVIDER_ATTRIBUTES, RESOURCE_TYPE_ATTRIBUTES, SCHEMA_ATTRIBUTES } from './meta-schemas.ts';

const META = 'urn:ietf:params:scim:schemas:core:2.0:';

/** Every schema that is told of, with its name and what it is. */
const SCHEMAS: [id: string, name: string, description: string, attributes: readonly Attribute[]][] = [
  [CORE_USER, 'User', 'Somebody who can sign in', USER_ATTRIBUTES],
  [CORE_GROUP, 'Group', 'Bundles users', GROUP_ATTRIBUTES],
  [ENTERPRISE_USER, 'Enterprise User', 'What a company says of a user', ENTERPRISE_ATTRIBUTES],
  [ROSTER_USER, 'Access', 'What else is said of the access of a user here', ROSTER_ATTRIBUTES],
  [`${META}ServiceProviderConfig`, 'ServiceProviderConfig', 'What is supported here', PROVIDER_ATTRIBUTES],
  [`${META}ResourceType`, 'ResourceType', 'A kind of resource', RESOURCE_TYPE_ATTRIBUTES],
  [`${META}Schema`, 'Schema', 'What a resource says', SCHEMA_ATTRIBUTES],
];

/** RFC 7643, section 5. */
export function providerConfig(base: string, config: { scimMegabytes: number }): Resource {
  return {
    schemas: [`${META}ServiceProviderConfig`],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: MOST_OPERATIONS, maxPayloadSize: largestBody(config) },
    filter: { supported: true, maxResults: MOST_RESULTS },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Token',
        description: 'A token of the program, in the header Authorization.',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
  };
}

/** RFC 7643, section 6. */
export function resourceTypes(base: string): Resource[] {
  const one = (name: string, schema: string, description: string, extensions: string[]): Resource => ({
    schemas: [`${META}ResourceType`],
    id: name,
    name,
    endpoint: `/${name}s`,
    description,
    schema,
    ...(extensions.length > 0 && { schemaExtensions: extensions.map((id) => ({ schema: id, required: false })) }),
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${name}` },
  });
  return [
    one('User', CORE_USER, 'Somebody who can sign in', [ENTERPRISE_USER, ROSTER_USER]),
    one('Group', CORE_GROUP, 'Bundles users', []),
  ];
}

/** RFC 7643, section 7. */
export function schemas(base: string): Resource[] {
  return SCHEMAS.map(([id, name, description, attributes]) => ({
    schemas: [`${META}Schema`],
    id,
    name,
    description,
    attributes: attributes.map(describedOf),
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${id}` },
  }));
}

function describedOf(attribute: Attribute): Resource {
  const { name, type, description, canonicalValues, referenceTypes, subAttributes } = attribute;
  return {
    name,
    type,
    multiValued: attribute.multiValued ?? false,
    description,
    required: attribute.required ?? false,
    ...(type === 'string' || type === 'reference' ? { caseExact: attribute.caseExact ?? type === 'reference' } : {}),
    mutability: attribute.mutability ?? 'readWrite',
    returned: 'default',
    uniqueness: attribute.uniqueness ?? 'none',
    ...(canonicalValues && { canonicalValues }),
    ...(referenceTypes && { referenceTypes }),
    ...(subAttributes && { subAttributes: subAttributes.map(describedOf) }),
  };
}
