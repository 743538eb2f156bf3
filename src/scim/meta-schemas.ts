import type { Attribute } from '../provisioning/attribute.ts';

// What discovery itself says, as RFC 7643, section 8.7.2, describes it.

type Parts = Partial<Attribute> & { type: Attribute['type'] };

const read = (name: string, description: string, { type, ...more }: Parts): Attribute => ({
  name,
  description,
  type,
  mutability: 'readOnly',
  ...more,
});
const text = (name: string, description: string, more: Partial<Attribute> = {}) =>
  read(name, description, { type: 'string', ...more });
const flag = (name: string, description: string) => read(name, description, { type: 'boolean', required: true });
const number = (name: string, description: string) =>
  read(name, description, { type: 'integer' as Attribute['type'], required: true });
const link = (name: string, description: string, more: Partial<Attribute> = {}) =>
  read(name, description, { type: 'reference', referenceTypes: ['external'], ...more });
const supported = flag('supported', 'Whether it is supported.');
const option = (name: string, description: string, parts: Attribute[] = []) =>
  read(name, description, { type: 'complex', required: true, subAttributes: [supported, ...parts] });

export const PROVIDER_ATTRIBUTES: readonly Attribute[] = [
  link('documentationUri', 'Where it is described for people.'),
  option('patch', 'Whether PATCH is supported.'),
  option('bulk', 'Whether many may be sent at once.', [
    number('maxOperations', 'How many operations.'),
    number('maxPayloadSize', 'How many bytes.'),
  ]),
  option('filter', 'Whether lists are filtered.', [number('maxResults', 'How many are answered at most.')]),
  option('changePassword', 'Whether passwords are set.'),
  option('sort', 'Whether lists are sorted.'),
  option('etag', 'Whether versions are told.'),
  read('authenticationSchemes', 'How programs come in.', {
    type: 'complex',
    multiValued: true,
    required: true,
    subAttributes: [
      text('type', 'Its kind.', {
        required: true,
        canonicalValues: ['oauth', 'oauth2', 'oauthbearertoken', 'httpbasic', 'httpdigest'],
      }),
      text('name', 'Its name.', { required: true }),
      text('description', 'What it is.', { required: true }),
      link('specUri', 'Where it is specified.'),
      link('documentationUri', 'Where it is described.'),
    ],
  }),
];

export const RESOURCE_TYPE_ATTRIBUTES: readonly Attribute[] = [
  text('id', 'The id of the kind.'),
  text('name', 'The name of the kind.', { required: true }),
  text('description', 'What it is.'),
  read('endpoint', 'Below which address it is.', { type: 'reference', referenceTypes: ['uri'], required: true }),
  read('schema', 'Its schema.', { type: 'reference', referenceTypes: ['uri'], required: true, caseExact: true }),
  read('schemaExtensions', 'What extends it.', {
    type: 'complex',
    multiValued: true,
    subAttributes: [
      read('schema', 'The schema.', { type: 'reference', referenceTypes: ['uri'], required: true, caseExact: true }),
      flag('required', 'Whether each has it.'),
    ],
  }),
];

const described = (depth: number): Attribute[] => [
  text('name', 'The name of the attribute.', { required: true, caseExact: true }),
  text('type', 'Its type.', {
    required: true,
    canonicalValues: ['string', 'complex', 'boolean', 'decimal', 'integer', 'dateTime', 'reference', 'binary'],
  }),
  ...(depth > 0
    ? [
        read('subAttributes', 'Its parts.', {
          type: 'complex',
          multiValued: true,
          subAttributes: described(depth - 1),
        }),
      ]
    : []),
  flag('multiValued', 'Whether it is a list.'),
  text('description', 'What it is.'),
  flag('required', 'Whether each has it.'),
  text('canonicalValues', 'Values that are usual.', { multiValued: true, caseExact: true }),
  read('caseExact', 'Whether case matters.', { type: 'boolean' }),
  text('mutability', 'Whether it is changed.', {
    caseExact: true,
    canonicalValues: ['readOnly', 'readWrite', 'immutable', 'writeOnly'],
  }),
  text('returned', 'When it is told.', {
    caseExact: true,
    canonicalValues: ['always', 'never', 'default', 'request'],
  }),
  text('uniqueness', 'Among whom it is the only one.', {
    caseExact: true,
    canonicalValues: ['none', 'server', 'global'],
  }),
  text('referenceTypes', 'To what it leads.', { multiValued: true, caseExact: true }),
];

export const SCHEMA_ATTRIBUTES: readonly Attribute[] = [
  text('id', 'The id of the schema.', { required: true, caseExact: true }),
  text('name', 'Its name.', { required: true }),
  text('description', 'What it is.'),
  read('attributes', 'Its attributes.', {
    type: 'complex',
    multiValued: true,
    required: true,
    subAttributes: described(1),
  }),
];
