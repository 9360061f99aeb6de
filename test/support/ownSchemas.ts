import { readFileSync } from 'node:fs';
import { readSchemaFile } from '../../src/admin/schemaFile.ts';
import type { OwnSchema } from '../../src/domain/tenantSchemas.ts';

/** The content of a schema file of test/transcripts/custom. */
export const schemaText = (name: string): string =>
  readFileSync(new URL(`../transcripts/custom/${name}.json`, import.meta.url), 'utf8');

/** A tenant's own schema, as it is kept. */
export const ownSchema = (content: string): OwnSchema =>
  ({ ...readSchemaFile(content, undefined), state: 'served', createdAt: new Date(0), createdBy: 'test' }) as OwnSchema;

export const badge = ownSchema(schemaText('badge'));
export const device = ownSchema(schemaText('device'));
export const warranty = ownSchema(schemaText('warranty'));
