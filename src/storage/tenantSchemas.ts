import type mongoose from 'mongoose';
import { typeOf, type OwnSchema, type TenantSchemas } from '../domain/tenantSchemas.ts';
import type { TenantId } from '../domain/tenants.ts';
import { holds } from './custom.ts';
import type { ResourceDocument } from './documents.ts';
import { isDuplicateKey } from './models.ts';
import { total } from './totals.ts';

/** All schemas of a tenant: one document, so that what they demand of each other is checked at one version. */
export interface TenantSchemasDocument {
  _id: TenantId;
  version: number;
  schemas: readonly OwnSchema[];
}

/** Tenants' own schemas in MongoDB. */
export function tenantSchemas(connection: mongoose.Connection): TenantSchemas {
  const sets = () => connection.collection<TenantSchemasDocument>('tenantSchemas');

  return {
    async read(tenant) {
      const found = await sets().findOne({ _id: tenant });
      return found ? { version: found.version, schemas: found.schemas } : { version: 0, schemas: [] };
    },

    async replace(tenant, version, schemas) {
      try {
        const { matchedCount, upsertedCount } = await sets().updateOne(
          { _id: tenant, version },
          { $set: { version: version + 1, schemas } },
          { upsert: version === 0, writeConcern: { w: 'majority' } },
        );
        return matchedCount + upsertedCount === 1 ? 'replaced' : 'changed';
      } catch (cause) {
        // Of two that make a tenant's first set the other was faster.
        if (isDuplicateKey(cause)) return 'changed';
        throw cause;
      }
    },

    count: (tenant, kind) => total(connection, tenant, kind),

    holders: (tenant, schema) =>
      'resourceType' in schema
        ? total(connection, tenant, schema.resourceType.name)
        : connection
            .collection<ResourceDocument>('resources')
            .countDocuments({ tenant, type: typeOf(schema), ...holds(schema.id) }),
  };
}
