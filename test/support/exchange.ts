import { scim } from '../../src/scim/handle.ts';
import type { Chunks, Handled, Json, JsonObject, ScimRequest } from '../../src/scim/types.ts';
import { testCaller } from './callers.ts';
import { memoryProtocol } from './memoryProtocol.ts';
import { memoryStores } from './memoryStore.ts';
import type { Chance } from './memoryStore.ts';
import { testRegistry } from './schemas.ts';

/** An answer with its body as the client reads it. */
export interface Answer extends Omit<Handled, 'body'> {
  readonly body: JsonObject;
}

type Send = (method: ScimRequest['method'], path: string, more?: Partial<ScimRequest>) => Promise<Answer>;

/** The protocol over empty memory stores: sends requests as one caller and reads the answers. */
export function exchange(chance?: Chance, registry = testRegistry()): Send {
  const handle = scim(memoryProtocol(memoryStores(chance), registry));
  return async (method, path, more = {}) => {
    const [place = '', search = ''] = path.split('?');
    const query = Object.fromEntries(new URLSearchParams(search));
    const answer = await handle({ method, path: place.split('/').slice(1), query, caller: testCaller(), ...more });
    return { ...answer, body: (await gathered(answer.body ?? {})) as JsonObject };
  };
}

async function gathered(value: unknown): Promise<Json> {
  if (typeof value !== 'object' || value === null) return value as Json;
  if (Symbol.asyncIterator in value) {
    const items: Json[] = [];
    for await (const chunk of value as Chunks<Json>) items.push(...(await Promise.all(chunk.map(gathered))));
    return items;
  }
  if (Array.isArray(value)) return Promise.all(value.map(gathered));
  const entries = Object.entries(value).map(async ([key, each]): Promise<[string, Json]> => [
    key,
    await gathered(each),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}
