/** What SCIM says of an attribute (RFC 7643, section 7). What is left out is as the RFC presets it. */
export interface Attribute {
  name: string;
  type: 'string' | 'boolean' | 'reference' | 'complex' | 'dateTime';
  description: string;
  multiValued?: true;
  required?: true;
  caseExact?: true;
  mutability?: 'readOnly' | 'immutable';
  uniqueness?: 'server' | 'global';
  canonicalValues?: readonly string[];
  referenceTypes?: readonly string[];
  subAttributes?: readonly Attribute[];
}

export const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const CORE_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const ROSTER_USER = 'urn:roster:params:scim:schemas:extension:access:1.0:User';

const text = (name: string, description: string, more: Partial<Attribute> = {}): Attribute => ({
  name,
  type: 'string',
  description,
  ...more,
});

const flag = (name: string, description: string, more: Partial<Attribute> = {}): Attribute => ({
  name,
  type: 'boolean',
  description,
  ...more,
});

/** A list of values that say of what kind each is. */
function several(name: string, description: string, kinds: readonly string[], more: Attribute[] = []): Attribute {
  const value = text('value', `The value of ${name}.`, name === 'emails' ? { required: true } : {});
  return {
    name,
    type: 'complex',
    description,
    multiValued: true,
    ...(name === 'emails' && { required: true }),
    subAttributes: [
      value,
      text('display', 'How it is shown.'),
      text('type', 'Of what kind it is.', kinds.length > 0 ? { canonicalValues: kinds } : {}),
      flag('primary', 'Whether it is the one that is preferred.'),
      ...more,
    ],
  };
}

const EXTERNAL_ID = text('externalId', 'What the program itself calls it.', { caseExact: true });

export const USER_ATTRIBUTES: readonly Attribute[] = [
  text('userName', 'What the user is called, unique ignoring case. Without an @ it is the name they sign in with.', {
    required: true,
    uniqueness: 'server',
  }),
  EXTERNAL_ID,
  {
    name: 'name',
    type: 'complex',
    description: 'The parts of the name of a person.',
    subAttributes: [
      text('formatted', 'The whole name.'),
      text('familyName', 'The family name.'),
      text('givenName', 'The given name.'),
      text('middleName', 'What stands between them.'),
      text('honorificPrefix', 'What stands before the name.'),
      text('honorificSuffix', 'What stands after the name.'),
    ],
  },
  text('displayName', 'The name as it is shown.'),
  text('nickName', 'What they are called by friends.'),
  { name: 'profileUrl', type: 'reference', referenceTypes: ['external'], description: 'A page about them.' },
  text('title', 'What they are in the company.'),
  text('userType', 'How they belong to the company.'),
  text('preferredLanguage', 'The language they like best.'),
  text('locale', 'How they write numbers and dates.'),
  text('timezone', 'The time zone they live in.'),
  flag('active', 'Whether they may sign in; false deactivates them at once.'),
  several('emails', 'Their addresses. The primary one, else that of type work, else the first is their system email.', [
    'work',
    'home',
    'other',
  ]),
  several('phoneNumbers', 'Their phone numbers.', ['work', 'home', 'mobile', 'fax', 'pager', 'other']),
  several(
    'addresses',
    'Where mail reaches them.',
    ['work', 'home', 'other'],
    ['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country'].map((part) =>
      text(part, 'A part of the address.'),
    ),
  ),
  several('roles', 'What they are elsewhere. It gives no rights here: groups do.', []),
  {
    name: 'groups',
    type: 'complex',
    multiValued: true,
    mutability: 'readOnly',
    description: 'The groups of this program that they are in.',
    subAttributes: [
      text('value', 'The id of the group.', { mutability: 'readOnly' }),
      {
        name: '$ref',
        type: 'reference',
        referenceTypes: ['Group'],
        mutability: 'readOnly',
        description: 'Its address.',
      },
      text('display', 'Its name.', { mutability: 'readOnly' }),
      text('type', 'How they are in it.', { mutability: 'readOnly', canonicalValues: ['direct'] }),
    ],
  },
];

export const ENTERPRISE_ATTRIBUTES: readonly Attribute[] = [
  text('employeeNumber', 'By which the company counts them.'),
  text('costCenter', 'The cost center.'),
  text('organization', 'The organization.'),
  text('division', 'The division.'),
  text('department', 'The department.'),
  {
    name: 'manager',
    type: 'complex',
    description: 'To whom they report.',
    subAttributes: [
      text('value', 'The id of the manager.'),
      { name: '$ref', type: 'reference', referenceTypes: ['User'], description: 'The address of the manager.' },
      text('displayName', 'The name of the manager.', { mutability: 'readOnly' }),
    ],
  },
];

export const ROSTER_ATTRIBUTES: readonly Attribute[] = [
  text(
    'contact',
    'The email of the person in the address book who signs in so. They are linked where exactly one has it.',
  ),
  text(
    'startsAt',
    'Before this moment they are let in not yet: with a zone, or a day, which is meant from its beginning in UTC.',
    { canonicalValues: ['2099-01-01T08:00:00.000Z'] },
  ),
  text(
    'leavesAt',
    'From this moment on they are let in no more: with a zone, or a day, which is meant until its end in UTC.',
    {
      canonicalValues: ['2099-12-31T17:00:00.000Z'],
    },
  ),
  flag('noSharedData', 'Whether they see only what they or their groups own.'),
  flag('apiOnly', 'Whether it is an identity for a program.', { mutability: 'readOnly' }),
  text(
    'kind',
    'Said api-only when it is made, it is an identity for a program, and needs the three below. Nobody becomes one, or a person, by SCIM.',
    { canonicalValues: ['person'] },
  ),
  text('apiOnlyReason', 'What the identity of a program is for. Of a person it means nothing.'),
  text('apiOnlyOwner', 'The person who answers for it, by the name or email that they sign in with.'),
  text('apiOnlyReviewOn', 'The day on which it is to be reviewed.', { canonicalValues: ['2099-12-31'] }),
];

export const GROUP_ATTRIBUTES: readonly Attribute[] = [
  text('displayName', 'The name of the group, unique ignoring case.', { required: true, uniqueness: 'server' }),
  EXTERNAL_ID,
  {
    name: 'members',
    type: 'complex',
    multiValued: true,
    description: 'The users of this program who are in it. Others may be in it besides.',
    subAttributes: [
      text('value', 'The id of the user.', { mutability: 'immutable' }),
      {
        name: '$ref',
        type: 'reference',
        referenceTypes: ['User'],
        mutability: 'immutable',
        description: 'The address of the user.',
      },
      text('type', 'Of what kind the member is.', { mutability: 'immutable', canonicalValues: ['User'] }),
    ],
  },
];

/** The attributes of a kind of resource, with those that extensions add, each below its schema. */
export interface ResourceKind {
  name: 'User' | 'Group';
  schema: string;
  attributes: readonly Attribute[];
  extensions: Readonly<Record<string, readonly Attribute[]>>;
}

export const USER_KIND: ResourceKind = {
  name: 'User',
  schema: CORE_USER,
  attributes: USER_ATTRIBUTES,
  extensions: { [ENTERPRISE_USER]: ENTERPRISE_ATTRIBUTES, [ROSTER_USER]: ROSTER_ATTRIBUTES },
};

export const GROUP_KIND: ResourceKind = {
  name: 'Group',
  schema: CORE_GROUP,
  attributes: GROUP_ATTRIBUTES,
  extensions: {},
};

/** Names of attributes are alike in any case (RFC 7643, section 2.1). */
export function attributeNamed(attributes: readonly Attribute[], name: string): Attribute | undefined {
  const lowered = name.toLowerCase();
  return attributes.find((one) => one.name.toLowerCase() === lowered);
}
