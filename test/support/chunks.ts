import { isChunks } from '../../src/scim/projection.ts';
import type { Chunks, Json } from '../../src/scim/types.ts';

/** All elements of an array that comes in chunks. */
export async function collected(value: Json | Chunks<Json> | undefined): Promise<Json[]> {
  if (value === undefined || !isChunks(value)) throw new Error('Not in chunks');
  const all: Json[] = [];
  for await (const chunk of value) all.push(...chunk);
  return all;
}
