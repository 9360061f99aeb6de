/** What lenient repairs in clients' requests, as src/scim/dialects.ts says it. */
export const quirks = {
  'quirk.stringScalars': 'A boolean or number as a string (`"True"`): it is read as the schema\'s type',
  'quirk.unknownAttributes': 'An attribute that no schema has, in POST and PUT: it is dropped',
  'quirk.unknownSchemas':
    'A URN that no schema has in `schemas`, or one that is due left out: it is dropped, or assumed',
  'quirk.unknownPaths': 'A PATCH path that names no attribute: the operation is dropped',
  'quirk.extensionPaths':
    'A name of an extension without its URN (`manager`), in PATCH paths and filters: it is looked for in the extensions',
  'quirk.pathForms':
    'A path with a leading slash, percent-encoded, or with a dot behind the URN: it is read as the path that it means',
  'quirk.dottedKeys':
    'A PATCH without path whose value has paths as keys (`name.givenName`): each key is read as a path',
  'quirk.missingTargets':
    '`add` or `replace` on `emails[type eq "work"].value` where nothing matches: the value is created, or what it unassigns is done',
  'quirk.memberDetails': "A PATCH of a member's `display` or `$ref`, which follow from who it is: it is ignored",
  'quirk.singleForMany': 'One value where an array is due: it is the only one of the array',
  'quirk.manyForSingle': 'A one-element array where a single value is due: the element is the value',
  'quirk.bareValues': 'A bare string where an object with `value` is due: it is the `value`',
  'quirk.packedValues':
    'A role or an entitlement as JSON in a string (`"value": "{\\"value\\": \\"admin\\", …}"`): it is unpacked: its `value`, and its `displayName` as `display`',
  'quirk.emptyStrings': 'An empty string for no value: it unassigns the attribute',
  'quirk.severalPrimaries': 'More than one primary value: the last one stays primary',
  'quirk.unknownMembers': 'Member ids that name nobody: they are left out, the rest is added',
  'quirk.unknownGrants':
    'Roles, entitlements and entities that the organization does not have: they are left out, the rest is granted',
  'quirk.putKeepsMembers': 'A PUT of a group without `members`: the members stay',
  'quirk.unquotedValues': 'Unquoted strings in filters: they are read as strings',
  'quirk.valuePathComparisons': 'The filter `emails[type eq "work"] eq "x"`: it compares the `value`',
} as const;
