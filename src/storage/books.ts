import type mongoose from 'mongoose';
import { bookKnownMs, emptyBook, type Book, type Books } from '../domain/book.ts';
import { inOrder, ruleFrom } from '../domain/mappingRules.ts';
import { settingsFrom } from '../domain/settings.ts';
import type { TenantId } from '../domain/tenants.ts';
import { remembered } from '../provisioning/remembered.ts';
import { stateFields, toState, type ResourceDocument } from './documents.ts';

/** What an organization has laid down, as it stands now. */
export async function readBook(connection: mongoose.Connection, tenant: TenantId): Promise<Book> {
  const documents = await connection
    .collection<ResourceDocument>('resources')
    .find({ tenant, type: { $in: ['Settings', 'MappingRule'] } }, { projection: stateFields })
    .toArray();
  if (documents.length === 0) return emptyBook;
  const states = documents.map(toState);
  const settings = states.find(({ kind }) => kind === 'Settings');
  return {
    settings: settings ? settingsFrom(settings.attributes) : emptyBook.settings,
    rules: inOrder(states.filter(({ kind }) => kind === 'MappingRule').map(ruleFrom)),
  };
}

/**
 * What organizations have laid down, from memory while it is less than a second old.
 *
 * @param elapsed milliseconds of a clock that is never set back
 */
export function books(connection: mongoose.Connection, elapsed: () => number): Books {
  const { of } = remembered<Book>((tenant) => readBook(connection, tenant), bookKnownMs, elapsed);
  return { of };
}
