import { customValues } from '../../src/storage/custom.ts';
import type { CustomValue } from '../../src/storage/custom.ts';
import type { Searched } from '../../src/storage/filter.ts';
import { fold, foldCase } from '../../src/scim/schema/fold.ts';
import type { FoldedObject } from '../../src/scim/schema/fold.ts';
import { instant } from '../../src/scim/schema/instant.ts';
import type { Attribute } from '../../src/scim/schema/types.ts';
import type { Json, JsonObject } from '../../src/scim/types.ts';
import { comparatorsOf, namesOf, richUser } from './filters.ts';
import type { Chance, Named, Values, Vocabulary } from './filters.ts';

/** A user as it is in memory, and as MongoDB stores it. */
export interface SearchableUser {
  readonly resource: JsonObject;
  readonly document: {
    readonly _id: string;
    readonly tenant: string;
    readonly type: 'User';
    readonly key: string;
    readonly ext: readonly string[];
    readonly created: Date;
    readonly modified: Date;
    readonly version: number;
    readonly fold: FoldedObject;
    readonly custom: readonly CustomValue[];
  };
}

const texts = [
  ...['Ann', 'anna', 'ANN', 'bjensen', 'BJensen', 'b', 'Zoë', 'ZOE\u0308', 'straße', 'STRASSE', 'ﬁn', 'FIN'],
  ...[
    'work',
    'home',
    'Work',
    'a\\b',
    'DOMAIN\\',
    'q"uote',
    'tab\tbed',
    'line\n',
    'line',
    'nul\0l',
    '.*',
    '^a$',
    'x(y',
    '$ne',
  ],
  ...[
    'ann@x.example',
    '@x.example',
    '5',
    'true',
    'null',
    '\ue000',
    '\u{10000}',
    '\uffff',
    '🎉party',
    '🎉',
    'Σίσυφος',
    'σίσυφο',
  ],
];
const numbers = [-5, 0, 5, 7, 12_345_678_901];
const decimals = [-5, -0.25, 0, 1.5, 5, 1e21];
const instants = [
  ...['2011-05-13T04:42:34Z', '2011-05-13T06:42:34+02:00', '2011-05-13T04:42:34.5Z', '2011-05-13T04:42:34.500900Z'],
  ...['2011-05-12T23:12:34-05:30', '2020-02-29T00:00:00Z', '2020-02-29T00:00:00', '1969-12-31T23:59:59Z'],
];

/** Values that searchable users are likely to have, or to have as a part. */
const likelyValues: Values = ({ type, name }, chance) => {
  switch (type) {
    case 'boolean':
      return chance.percent(50);
    case 'integer':
      return chance.one(numbers);
    case 'decimal':
      return chance.one(decimals);
    case 'dateTime':
      return chance.one(instants);
    default:
      return special.get(name)?.(chance) ?? chance.one(texts);
  }
};

const type = richUser();
const urns = [type.schema.id, ...type.extensions.map(({ schema }) => schema.id)];

const special: ReadonlyMap<string, (chance: Chance) => string> = new Map([
  ['schemas', (chance: Chance) => (chance.percent(90) ? chance.one(urns) : chance.one(urns).toUpperCase())],
  ['id', (chance: Chance) => `id-${String(chance.below(8))}`],
  ['externalId', (chance: Chance) => chance.one(['E1', 'e1', 'E12', 'E;', 'É'])],
  ['version', (chance: Chance) => `W/"${String(1 + chance.below(4))}"`],
  ['resourceType', (chance: Chance) => chance.one(['User', 'user', 'Group'])],
  ['preferredLanguage', (chance: Chance) => chance.one(['fr-FR', 'en'])],
]);

/** What a store can be asked of a user; memberships and where it is served aside. */
const names: readonly Named[] = namesOf(type)
  .filter(
    ({ name, attribute: own }) =>
      !/\bgroups\b|\$ref|location|phone|ims|photos|addresses|roles|entitle/i.test(name) && own.type !== 'binary',
  )
  .map((named) => ({ ...named, attribute: searchable(named.attribute) }));

function searchable(own: Attribute): Attribute {
  const subAttributes = own.subAttributes.filter(
    ({ name, type: kind }) => !/\$ref|location|version/.test(name) && kind !== 'binary',
  );
  return { ...own, subAttributes: subAttributes.map(searchable) };
}

/** Filters over searchable users. A version is compared by `eq` and `ne` alone, so it is left to the tables. */
export const likely: Vocabulary = {
  names: names.filter(
    ({ name, attribute: own }) =>
      !name.endsWith('meta.version') && (own.type === 'complex' || comparatorsOf(own).length > 0),
  ),
  values: likelyValues,
  terms: 8,
};

/** Whose `externalId` is meant in searches, and that nobody asks of memberships. */
export const searched: Searched = { type, connection: 'c1', idsOf: () => [] };

/** A user with some of the likely values. */
export function searchableUser(chance: Chance, number: number): SearchableUser {
  const id = `id-${String(number)}`;
  const created = instant(chance.one(instants)) ?? new Date(0);
  const modified = new Date(created.getTime() + chance.below(3) * 86_400_000);
  const version = 1 + chance.below(4);
  const externalId = chance.percent(70) ? String(likelyValues(attributeNamed('externalId'), chance)) : undefined;
  const userName = chance.one(texts);
  const attributes: JsonObject = { ...objectOf(ownAttributes, chance), userName };
  const extensions = type.extensions.flatMap(({ schema }): [string, JsonObject][] => {
    const values = chance.percent(70) ? objectOf(schema.attributes, chance) : {};
    return Object.keys(values).length > 0 ? [[schema.id, values]] : [];
  });
  Object.assign(attributes, Object.fromEntries(extensions));

  const meta = {
    resourceType: 'User',
    created: created.toISOString(),
    lastModified: modified.toISOString(),
    version: `W/"${String(version)}"`,
  };
  const folded = fold(type, attributes);
  const schemas = [type.schema.id, ...extensions.map(([urn]) => urn)];
  return {
    resource: { schemas, id, ...(externalId !== undefined && { externalId }), meta, ...attributes },
    document: {
      ...{ _id: id, tenant: 't', type: 'User', key: `User:${foldCase(userName)}`, created, modified, version },
      ext: [...(externalId === undefined ? [] : [`c1:${externalId}`]), `c2:${chance.one(['E1', 'Z'])}`, 'b:c1:E1'],
      fold: folded,
      custom: customValues(type, folded),
    },
  };
}

const elsewhere = ['schemas', 'id', 'externalId', 'meta', 'groups', 'password'];
const ownAttributes = type.attributes.filter(({ name }) => !elsewhere.includes(name));

function attributeNamed(name: string): Attribute {
  const found = type.attributes.find((each) => each.name === name);
  if (!found) throw new Error(`No attribute ${name}`);
  return found;
}

function objectOf(attributes: readonly Attribute[], chance: Chance): JsonObject {
  const object: JsonObject = {};
  for (const own of attributes) {
    const value = chance.percent(60) ? valueOf(own, chance) : undefined;
    if (value !== undefined) object[own.name] = value;
  }
  return object;
}

/** A value in canonical form, in which nothing is empty. */
function valueOf(own: Attribute, chance: Chance): Json | undefined {
  const single = (): Json | undefined => {
    if (own.type !== 'complex') return likelyValues(own, chance);
    const object = objectOf(own.subAttributes, chance);
    return Object.keys(object).length > 0 ? object : undefined;
  };
  if (!own.multiValued) return single();
  const values = Array.from({ length: 1 + chance.below(3) }, single).filter((value) => value !== undefined);
  return values.length > 0 ? values : undefined;
}
