import mongoose from 'mongoose';
import type { ClientSession, Connection as Database, Model } from 'mongoose';
import type { Tokens } from '../domain/accessPorts.ts';
import { personOf } from '../domain/person.ts';
import { liveTokensPerConnection } from '../domain/tokens.ts';
import type { Connection, Scope } from '../domain/connections.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { Token } from '../domain/tokens.ts';
import { toConnection } from './connectionDocuments.ts';
import type { ConnectionDocument } from './connectionDocuments.ts';
import { isDuplicateKey, modelOf, strictly } from './models.ts';

/** A token as it is kept. */
export interface TokenDocument {
  /** The selector. */
  readonly _id: string;
  readonly tenant: TenantId;
  readonly connection: string;
  readonly digest: string;
  readonly scopes: readonly Scope[];
  readonly user?: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date;
  readonly lastUsedAt?: Date;
  readonly revokedAt?: Date;
  /** Which of the connection's places a live token holds. The unique index on it is what makes two the most. */
  readonly slot?: number;
}

const schema = new mongoose.Schema<TokenDocument>(
  {
    _id: { type: String, required: true },
    tenant: { type: String, required: true },
    connection: { type: String, required: true },
    digest: { type: String, required: true },
    scopes: { type: [String], required: true },
    user: String,
    createdAt: { type: Date, required: true },
    createdBy: { type: String, required: true },
    expiresAt: { type: Date, required: true },
    lastUsedAt: Date,
    revokedAt: Date,
    slot: Number,
  },
  strictly('tokens'),
);
schema.index(
  { tenant: 1, connection: 1, slot: 1 },
  { unique: true, partialFilterExpression: { slot: { $exists: true } } },
);
schema.index({ tenant: 1, connection: 1, createdAt: -1 });

/** The collection of tokens, with its indexes. */
export const tokensModel = (db: Database): Model<TokenDocument> => modelOf(db, 'Token', schema);

/** Adds a token in a place of its connection, in a transaction where one is given. */
export async function insertToken(db: Database, token: Token, slot: number, session?: ClientSession): Promise<void> {
  const { selector, lastUsedAt, revokedAt, ...kept } = token;
  const document = { _id: selector, ...kept, slot, ...(lastUsedAt && { lastUsedAt }), ...(revokedAt && { revokedAt }) };
  await tokensModel(db).create([document], session ? { session } : {});
}

/** The token that a document keeps. */
export const toToken = (document: TokenDocument): Token => ({
  selector: document._id,
  tenant: document.tenant,
  connection: document.connection,
  digest: document.digest,
  scopes: document.scopes,
  ...(document.user !== undefined && { user: document.user }),
  createdAt: document.createdAt,
  createdBy: document.createdBy,
  expiresAt: document.expiresAt,
  lastUsedAt: document.lastUsedAt,
  revokedAt: document.revokedAt,
});

// The connection is looked up under the token's own tenant: no token reaches across.
const withConnection = (selector: string) => [
  { $match: { _id: { $eq: selector } } },
  {
    $lookup: {
      from: 'connections',
      let: { tenant: '$tenant', id: '$connection' },
      pipeline: [{ $match: { $expr: { $and: [{ $eq: ['$tenant', '$$tenant'] }, { $eq: ['$_id', '$$id'] }] } } }],
      as: 'connections',
    },
  },
  {
    $lookup: {
      from: 'resources',
      localField: 'user',
      foreignField: '_id',
      let: { tenant: '$tenant' },
      pipeline: [
        { $match: { $expr: { $and: [{ $eq: ['$tenant', '$$tenant'] }] } } },
        { $project: { 'attributes.active': 1, 'person.status': 1 } },
      ],
      as: 'users',
    },
  },
];

/** Who is gone, or deactivated, may do nothing. */
const standingOf = ([user]: readonly Described[]): 'good' | 'over' =>
  user && personOf({ attributes: {}, ...user }).status !== 'deactivated' ? 'good' : 'over';

type Described = Partial<Parameters<typeof personOf>[0]>;

const lookUpMs = 3_000;

/** Tokens in MongoDB. */
export function tokens(db: Database): Tokens {
  const model = tokensModel(db);

  return {
    async add(tenant, token) {
      const { connection, createdAt } = token;
      // Expired tokens give their places back here; revoked ones did when they were revoked.
      await model.updateMany(
        {
          tenant,
          connection,
          slot: mongoose.trusted({ $exists: true }),
          expiresAt: mongoose.trusted({ $lte: createdAt }),
        },
        { $unset: { slot: 1 } },
      );
      for (let slot = 0; slot < liveTokensPerConnection; slot += 1) {
        try {
          await insertToken(db, { ...token, tenant }, slot);
          return 'added';
        } catch (cause) {
          if (!isDuplicateKey(cause)) throw cause;
        }
      }
      return 'two-live';
    },

    async list(tenant, connection, limit) {
      const found = await model.find({ tenant, connection }).sort({ createdAt: -1 }).limit(limit).lean();
      return found.map(toToken);
    },

    async revoke(tenant, selector, at) {
      await model.updateOne(
        { tenant, _id: selector, revokedAt: mongoose.trusted({ $exists: false }) },
        { $set: { revokedAt: at }, $unset: { slot: 1 } },
      );
      const found = await model.findOne({ tenant, _id: selector }).lean();
      return found ? toToken(found) : undefined;
    },

    async find(selector) {
      // The primary knows of every revocation, whatever the connection string prefers to read from.
      const [found] = await model
        .aggregate<TokenDocument & { connections: ConnectionDocument[]; users: Described[] }>(withConnection(selector))
        .read('primary')
        .option({ maxTimeMS: lookUpMs });
      const connection: Connection | undefined = found?.connections.map(toConnection)[0];
      if (!found || !connection) return undefined;
      const token = toToken(found);
      return { token, connection, ...(token.user !== undefined && { standing: standingOf(found.users) }) };
    },

    async used(tenant, selector, at, apartMs) {
      const recent = new Date(at.getTime() - apartMs);
      await model.updateOne(
        { tenant, _id: selector, lastUsedAt: mongoose.trusted({ $not: { $gt: recent } }) },
        { $set: { lastUsedAt: at } },
      );
    },
  };
}
