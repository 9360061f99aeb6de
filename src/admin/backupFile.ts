import { createHash } from 'node:crypto';
import { Ajv } from 'ajv';
import type { Contents, Portion, Taken } from '../domain/backup.ts';
import { tenantId } from '../domain/tenants.ts';
import { damaged, type Input } from './backupInput.ts';
import { Refusal } from './errors.ts';

// A backup is lines of JSON. The first says what it is of. Each of the following announces documents of a collection,
// which come right behind it, each in BSON, which begins with its own length. The last says how many there were of each
// collection, and the digest of all lines before it; as these have the digests of the documents, it is one of everything.

const format = 'rollcall-backup';
const version = 1;

/** What a backup ends with. */
export interface Sum {
  /** How many documents there are, by collection. */
  readonly counts: Readonly<Record<string, number>>;
  readonly digest: string;
}

/** A backup that is being read. */
export interface BackupFile extends Contents {
  /** To be read once. Ends well where all is there and as it was written, else with a Refusal. */
  portions(): AsyncGenerator<Portion, Sum>;
}

/** The first line. */
interface First extends Omit<Contents, 'instant'> {
  readonly format: typeof format;
  readonly version: typeof version;
  readonly instant: string;
}

/** The line before documents. */
interface Announced {
  readonly collection: string;
  readonly documents: number;
  readonly bytes: number;
  readonly sha256: string;
}

const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const hash = { type: 'string', pattern: '^[0-9a-f]{64}$' } as const;

const object = (properties: Readonly<Record<string, object>>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const ajv = new Ajv();

const isOther = ajv.compile<{ readonly version: number }>({
  type: 'object',
  properties: { format: { const: format }, version: { type: 'number', not: { const: version } } },
  required: ['format', 'version'],
});

const isFirst = ajv.compile<First>(
  object({
    format: { const: format },
    version: { const: version },
    instant: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' },
    clusterTime: text,
    schema: count,
    scope: { enum: ['all', 'tenant'] },
    tenants: { type: 'array', items: object({ id: { type: 'string', pattern: '^[\\w-]{1,64}$' }, name: text }) },
  }),
);

const isAnnounced = ajv.compile<Announced>(object({ collection: text, documents: count, bytes: count, sha256: hash }));

type Digest = ReturnType<typeof createHash>;

/** Writes a backup piece by piece, and returns what it ends with. */
export async function* written({ portions, expected: _expected, ...contents }: Taken): AsyncGenerator<Uint8Array, Sum> {
  const digest = createHash('sha256');
  const counts = new Map<string, number>();
  const line = (said: First | Announced): Uint8Array => {
    const bytes = Buffer.from(`${JSON.stringify(said)}\n`);
    digest.update(bytes);
    return bytes;
  };
  yield line({ format, version, ...contents, instant: contents.instant.toISOString() });
  for await (const { collection, documents } of portions()) {
    const bytes = Buffer.concat(documents);
    yield line({ collection, documents: documents.length, bytes: bytes.length, sha256: sha256(bytes) });
    yield bytes;
    counts.set(collection, (counts.get(collection) ?? 0) + documents.length);
  }
  const sum = sumOf(counts, digest);
  yield Buffer.from(`${JSON.stringify(sum)}\n`);
  return sum;
}

/**
 * Reads what a backup is of.
 *
 * @throws Refusal where it is none, or its format is not this one
 */
export async function opened(input: Input): Promise<BackupFile> {
  const first = await input.line();
  const said = parsed(first);
  if (isOther(said)) throw new Refusal('backup.other-format', { found: said.version, read: version });
  if (!isFirst(said)) throw damaged();
  const { instant, clusterTime, schema, scope, tenants } = said;
  return {
    instant: new Date(instant),
    clusterTime,
    schema,
    scope,
    tenants: tenants.map(({ id, name }) => ({ id: tenantId(id), name })),
    portions: () => portions(input, createHash('sha256').update(first)),
  };
}

async function* portions(input: Input, digest: Digest): AsyncGenerator<Portion, Sum> {
  const counts = new Map<string, number>();
  for (;;) {
    const line = await input.line();
    const said = parsed(line);
    if (!isAnnounced(said)) {
      const sum = sumOf(counts, digest);
      await input.end();
      if (JSON.stringify(said) !== JSON.stringify(sum)) throw damaged();
      return sum;
    }
    digest.update(line);
    const { collection } = said;
    const documents = await documentsOf(said, input);
    counts.set(collection, (counts.get(collection) ?? 0) + documents.length);
    yield { collection, documents };
  }
}

async function documentsOf({ documents: due, bytes, sha256: digest }: Announced, input: Input): Promise<Buffer[]> {
  const body = await input.take(bytes);
  if (sha256(body) !== digest) throw damaged();
  const documents: Buffer[] = [];
  for (let at = 0; at < bytes;) {
    const length = bytes - at < 5 ? 0 : body.readInt32LE(at);
    if (length < 5 || at + length > bytes) throw damaged();
    documents.push(body.subarray(at, at + length));
    at += length;
  }
  if (documents.length !== due) throw damaged();
  return documents;
}

const sumOf = (counts: ReadonlyMap<string, number>, digest: Digest): Sum => ({
  counts: Object.fromEntries(counts),
  digest: digest.digest('hex'),
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch (cause) {
    throw damaged(cause);
  }
}
