import mongoose from 'mongoose';
import type { Connection as Database, Model } from 'mongoose';
import type { Adoption, Connection, ConnectionKind, ConnectionOption, Dialect, Scope } from '../domain/connections.ts';
import type { TenantId } from '../domain/tenants.ts';
import { modelOf, strictly } from './models.ts';

/** A connection as it is kept. */
export interface ConnectionDocument {
  readonly _id: string;
  readonly tenant: TenantId;
  readonly name: string;
  readonly nameKey: string;
  readonly kind: ConnectionKind;
  readonly dialect: Dialect;
  readonly scopes: readonly Scope[];
  readonly adopt: Adoption;
  /** Absent in those made before there were any. */
  readonly options?: readonly ConnectionOption[];
  readonly paused: boolean;
  readonly createdAt: Date;
  readonly createdBy: string;
}

const schema = new mongoose.Schema<ConnectionDocument>(
  {
    _id: { type: String, required: true },
    tenant: { type: String, required: true },
    name: { type: String, required: true },
    nameKey: { type: String, required: true },
    kind: { type: String, required: true },
    dialect: { type: String, required: true },
    scopes: { type: [String], required: true },
    adopt: { type: String, required: true },
    options: { type: [String], default: undefined },
    paused: { type: Boolean, required: true },
    createdAt: { type: Date, required: true },
    createdBy: { type: String, required: true },
  },
  strictly('connections'),
);
schema.index({ tenant: 1, nameKey: 1 }, { unique: true });

/** The collection of connections, with its indexes. */
export const connectionsModel = (db: Database): Model<ConnectionDocument> => modelOf(db, 'Connection', schema);

/** The connection that a document keeps. */
export const toConnection = (document: ConnectionDocument): Connection => ({
  id: document._id,
  tenant: document.tenant,
  name: document.name,
  kind: document.kind,
  dialect: document.dialect,
  scopes: document.scopes,
  adopt: document.adopt,
  options: document.options ?? [],
  paused: document.paused,
  createdAt: document.createdAt,
  createdBy: document.createdBy,
});
