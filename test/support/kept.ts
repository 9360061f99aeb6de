import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type mongoose from 'mongoose';
import { seatsOf } from '../../src/domain/accounts.ts';
import { making } from '../../src/domain/keeping.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { unitOfWork } from '../../src/storage/unitOfWork.ts';
import { testTypeOf } from './schemas.ts';

/** What an organization keeps that SCIM only reads: a role, or a license pool with so many of its seats taken. */
export interface Kept {
  readonly kind: 'Role' | 'Entitlement' | 'Entity';
  readonly attributes: { readonly displayName: string; readonly [name: string]: unknown };
  readonly taken?: number;
}

/** One that a transcript takes for granted: a file of test/support/kept. */
export const keptFile = (name: string): Kept =>
  JSON.parse(readFileSync(new URL(`kept/${name}.json`, import.meta.url), 'utf8')) as Kept;

/** Keeps it, as an administrator would, and gives its id. */
export async function keep(
  db: mongoose.Connection,
  tenant: string,
  { kind, attributes, taken = 0 }: Kept,
): Promise<string> {
  const [id, order] = [randomUUID(), { connection: 'test', request: 'kept' }];
  const moves = taken > 0 ? [{ account: seatsOf(id), by: taken }] : [];
  const change = making({ tenant: tenantId(tenant), order }, kind, id, { name: attributes.displayName, attributes });
  await unitOfWork(db, testTypeOf, Date.now).commit({ ...change, moves }, Date.now() + 10_000);
  return id;
}
