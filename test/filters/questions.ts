import { leniency } from '../../src/scim/dialects.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import { limits } from '../../src/scim/limits.ts';
import { resolvePath, subPath } from '../../src/scim/schema/path.ts';
import type { AttributePath } from '../../src/scim/schema/types.ts';
import { syntax, write } from '../support/filters.ts';
import type { Chance, Vocabulary } from '../support/filters.ts';
import { likely, searched } from '../support/searchableUsers.ts';
import type { DataSet } from './dataSets.ts';
import type { Page, Question } from './inMemory.ts';

/** A question, and how a client would write it. */
export interface Asked extends Question {
  readonly text: string;
}

const { type } = searched;

/** What a client may sort by: of several values, their `value`. What is binary has no order, nor have schemas. */
const sortable: readonly AttributePath[] = likely.names.flatMap(({ name }) => {
  const named = resolvePath(type, name);
  const path = named?.attribute.type === 'complex' ? subPath(named, 'value') : named;
  return path && path.attribute.type !== 'binary' && path.keys[0] !== 'schemas' ? [path] : [];
});

/** A question about a data set, of the whole grammar of filters, of every order and of any page. */
export function question(chance: Chance, set: DataSet): Asked {
  const text = filterText(chance, set);
  const filter = parseFilter(type, text, leniency('strict'));
  const page = pageOf(chance);
  if (chance.percent(30)) return { text, filter, page };
  const path = chance.one(sortable);
  const order = chance.one(['ascending', 'descending'] as const);
  return { text: `${text} by ${path.keys.join('.')} ${order}`, filter, sort: { path, order }, page };
}

function pageOf(chance: Chance): Page {
  if (chance.percent(60)) return { by: 'index', startIndex: 1, count: limits.pageSize };
  const count = chance.below(12);
  if (chance.percent(40)) return { by: 'index', startIndex: 1 + chance.below(8), count };
  const towards = chance.one(['next', 'previous'] as const);
  return { by: 'cursor', towards, count, ...(chance.percent(80) && { place: chance.below(16) }) };
}

function filterText(chance: Chance, set: DataSet): string {
  const vocabulary: Vocabulary = {
    ...likely,
    values: (attribute, luck) =>
      attribute.name === 'id' ? partOf(luck.one(set.ids), luck) : likely.values(attribute, luck),
  };
  const text = write(chance, syntax(chance, vocabulary));
  if (chance.percent(90)) return text;
  return `${membership(chance, set)} ${chance.one(['and', 'or'])} (${text})`;
}

/** A text, or what it begins with, for `sw` and the orders. */
const partOf = (text: string, chance: Chance): string => (chance.percent(60) ? text : text.slice(0, -1));

/** A test of the groups that a user is in. */
function membership(chance: Chance, { groups }: DataSet): string {
  const [one, other] = [chance.one(groups), chance.one(groups)];
  return chance.one([
    `groups.value eq "${one}"`,
    `groups eq "${one}"`,
    `groups.value ne "${one}"`,
    `not (groups.value eq "${one}")`,
    `groups[value eq "${one}" or value eq "${other}"]`,
    `groups.value eq "nobody"`,
  ]);
}
