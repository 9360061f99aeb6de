/** Why a schema can't be a tenant's own, and what to do. */
export const schemas = {
  'schema.refused': "The schema can't be added:{{faults}}",
  'schema.no-schema': 'The file is no schema:{{faults}}',
  'schema.no-json': 'The file is no JSON: {{why}}',
  'schema.too-long': 'The file may be at most {{most}} characters long: shorten it',
  'schema.one-use': "Say one thing that the schema is for: 'extends' a type, or a 'resourceType' of its own",
  'schema.unknown': "The tenant has no schema '{{urn}}' of its own: list its schemas to see them",
  'schema.needed': "{{needing}} needs '{{schema}}': remove that first",
  'schema.served-again': "'{{schema}}' was made to be served again meanwhile: remove it again",
  'schema.has-resources':
    "'{{schema}}' is in use: there are resources of the type {{type}} ({{holders}}): delete them first",
  'schema.has-values':
    "'{{schema}}' is in use: resources of the type {{type}} hold values of it ({{holders}}): take these away first",
  'form.the-file': 'the file',
  'form.unknown-attribute': "{{where}} may not have '{{attribute}}'",
  'form.one-of': '{{where}} must be one of {{values}}',
  'form.exactly': "{{where}} must be '{{value}}'",
  'form.type': '{{where}} must be {{type}}',
  'form.required': "{{where}} must have required property '{{attribute}}'",
  'form.too-short': '{{where}} must NOT have fewer than {{least}} characters',
  'form.too-long': '{{where}} must NOT have more than {{most}} characters',
  'form.too-few': '{{where}} must NOT have fewer than {{least}} items',
  'form.too-many': '{{where}} must NOT have more than {{most}} items',
  'form.other': '{{where}} is not well formed: {{why}}',
  'fault.urn': "'id' must be a URN of at most {{most}} characters, as 'urn:example:scim:Badge'",
  'fault.urn-taken': "there is a schema '{{schema}}' already: choose another 'id'",
  'fault.urn-alike':
    "'id' and the schema '{{schema}}' begin alike, so that paths would mean two things: choose another 'id'",
  'fault.urn-foreign': "'id' is in a namespace that is not yours: choose another, as 'urn:example:scim:Badge'",
  'fault.type-name':
    "'resourceType.name' must be letters and digits, a letter first, at most {{most}}: '{{name}}' is not",
  'fault.type-taken': "the resource type '{{name}}' is taken: choose another 'resourceType.name'",
  'fault.endpoint':
    "'resourceType.endpoint' must be a slash and letters and digits, as '/Devices': '{{endpoint}}' is not",
  'fault.endpoint-taken': "the endpoint '{{endpoint}}' is taken: choose another 'resourceType.endpoint'",
  'fault.naming':
    "one attribute must name a resource of the type, and one alone: a 'required' string with 'uniqueness' 'server', not 'caseExact', not 'multiValued'",
  'fault.reserved': "the attribute '{{name}}' is reserved: choose another name",
  'fault.extends': "there is no resource type '{{type}}' to extend: choose among {{types}}",
  'fault.unique-extension': "'{{name}}' of an extension can't be unique: set its 'uniqueness' to 'none'",
  'fault.most-schemas': 'a tenant can have at most {{most}} schemas: remove one that is not used',
  'fault.most-attributes':
    'the schemas of a tenant can have at most {{most}} attributes, with their sub-attributes: these would be {{all}}',
  'fault.twice': "there are two attributes '{{name}}': letter case makes no difference",
  'fault.complex-inside': "'{{name}}' is complex inside a complex attribute: make it simple",
  'fault.several-inside': "'{{name}}' has several values inside a complex attribute: make it single-valued",
  'fault.unique-inside': "'{{name}}' can't be unique: set its 'uniqueness' to 'none'",
  'fault.complex-empty': "'{{name}}' is complex: give it 'subAttributes'",
  'fault.simple-parts': "'{{name}}' has 'subAttributes': make its 'type' 'complex'",
  'fault.canonical': "'{{name}}' has 'canonicalValues', which strings alone have: leave them out",
  'fault.reference-to-nothing':
    "'{{name}}' is a reference: say in 'referenceTypes' to what, as 'external', 'uri' or 'User'",
  'fault.no-reference': "'{{name}}' has 'referenceTypes', which references alone have: leave them out",
  'fault.reference-lost':
    "'{{name}}.$ref' is made from the 'value' beside it: say in its 'referenceTypes' of which type, or choose another name",
  'fault.reference-unknown': "'{{name}}' refers to '{{target}}': choose 'referenceTypes' among {{targets}}",
  'fault.attribute-name':
    "'{{name}}' is no name of an attribute: letters, digits, '_', '-' and '$', a letter first, at most {{most}}",
  'fault.word': "'{{name}}' is a word with another meaning: choose another name",
  'fault.read-only':
    "'{{name}}' is 'readOnly', which no client could set: make its 'mutability' 'readWrite' or 'immutable'",
  'fault.write-only':
    "'{{name}}' is 'writeOnly', which no client could read: make its 'mutability' 'readWrite' or 'immutable'",
  'fault.never-shown': "'{{name}}' would never be shown: make its 'returned' 'default', 'always' or 'request'",
} as const;
