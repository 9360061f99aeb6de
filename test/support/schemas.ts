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

/** The schemas that SCIM serves, and those of the attributes that every resource has. */
export const servedSchemaFiles = (): Json[] => ['core', 'extensions', 'resources'].flatMap(schemaFiles);

let known: Registry | undefined;

/** The registry of the schemas that the server ships, read once. */
export const testRegistry = (): Registry => (known ??= registry(servedSchemaFiles(), schemaFiles('resource-types')));

let internal: Registry | undefined;

/** The kinds that a tenant keeps beside what SCIM serves, read once. */
export const testInternal = (): Registry =>
  (internal ??= registry([...schemaFiles('core'), ...schemaFiles('internal')], schemaFiles('internal-types')));

/** The type of that name: one that SCIM serves, or one of our own. */
export function testType(name: string): ResourceType {
  const type = testRegistry().typeNamed(name) ?? testInternal().typeNamed(name);
  if (!type) throw new Error(`No type ${name}`);
  return type;
}

/** The resource type that a change is about, which every tenant has. */
export const testTypeOf = ({ entry }: Pick<Change, 'entry'>): ResourceType => testType(entry.kind);
