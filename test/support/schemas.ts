import { readdirSync, readFileSync } from 'node:fs';
import type { Change } from '../../src/domain/changes.ts';
import { registry } from '../../src/scim/schema/registry.ts';
import type { Registry } from '../../src/scim/schema/registry.ts';
import type { ResourceType } from '../../src/scim/schema/types.ts';
import type { Json } from '../../src/scim/types.ts';

const root = new URL('../../schemas/', import.meta.url);

/** The content of every JSON file of a folder of `schemas/`, by name. */
export const schemaFiles = (folder: string): Json[] =>
  readdirSync(new URL(`${folder}/`, root))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(new URL(`${folder}/${name}`, root), 'utf8')) as Json);

let known: Registry | undefined;

/** The registry of the schemas that the server ships, read once. */
export const testRegistry = (): Registry =>
  (known ??= registry([...schemaFiles('core'), ...schemaFiles('extensions')], schemaFiles('resource-types')));

/** The resource type of that name. */
export function testType(name: string): ResourceType {
  const type = testRegistry().typeNamed(name);
  if (!type) throw new Error(`No type ${name}`);
  return type;
}

/** The resource type that a change is about, which every tenant has. */
export const testTypeOf = ({ entry }: Pick<Change, 'entry'>): ResourceType => testType(entry.kind);
