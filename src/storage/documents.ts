import { heldBy, waitsOf, type Person, type Waits } from '../domain/person.ts';
import type { Attributes, Head, Kind, State, Via } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { Change, Joiner, NewState } from '../domain/changes.ts';
import { foldCase, fold } from '../scim/schema/fold.ts';
import type { ResourceType } from '../scim/schema/types.ts';
import { customValues, type CustomValue } from './custom.ts';
import type { JsonObject } from '../scim/types.ts';
import mongoose from 'mongoose';
import type { Entry, Part } from '../domain/journal.ts';
import { createHash, randomBytes } from 'node:crypto';

/** A resource as MongoDB keeps it. `fold` is its case-folded twin, which filters run over. */
export interface ResourceDocument {
  _id: string;
  tenant: TenantId;
  type: Kind;
  version: number;
  revision: number;
  generation: number;
  created: Date;
  modified: Date;
  revised: Date;
  owner?: string;
  name: string;
  /** `<Type>:<folded name>`, unique in the tenant: names are keys. */
  key: string;
  /** `<connection>:<externalId>` of each connection that set one. */
  ext?: string[];
  attributes: Attributes;
  fold: object;
  /** What the twin has of attributes that the tenant made itself, for the index they share. */
  custom?: readonly CustomValue[];
  /** Of a user: what the organization knows of him. */
  person?: Person;
  /** The words under which it is found who is what (`heldBy`). */
  held?: readonly string[];
  /** The license pools that he waits for. */
  waits?: readonly Waits[];
  password?: string;
  /** Of a key: when it was last used. */
  lastUsedAt?: Date;
  /** Written by whoever relies on this document staying, so that its removal conflicts with them. */
  touched?: number;
  /** A group that is or was inside another: who is in it may be indirectly in others. */
  nested?: true;
}

/** A membership. It holds while `live` is there and the group's generation is the edge's. */
export interface EdgeDocument {
  _id: mongoose.mongo.ObjectId;
  tenant: TenantId;
  group: string;
  generation: number;
  member: string;
  type: Kind;
  from: Date;
  to?: Date;
  live?: true;
  /** A role gives it: it alone, or beside whoever chose the members. */
  via?: Via;
  /** It lies ready, or lay until a moment ago: `from` is not its instant yet. */
  staged?: true;
}

/** A closed version of a resource: it held from `from` until just before `to`. */
export type HistoryDocument = Omit<
  ResourceDocument,
  '_id' | 'password' | 'lastUsedAt' | 'touched' | 'nested' | 'waits'
> & {
  _id: mongoose.mongo.ObjectId;
  resource: string;
  /** Its name ended with it: what it is found by that is called so no longer. */
  freed?: true;
  from: Date;
  to: Date;
};

/** What the projection of a head reads. */
export const headFields = { type: 1, version: 1, revision: 1, generation: 1, modified: 1 } as const;

/** Leaves out the searchable twin and secrets, but not what resources are put in order or looked up by. */
export const slimFields = { fold: 0, custom: 0, held: 0, waits: 0, password: 0, touched: 0 } as const;

/** What the projection of a state reads: everything but the searchable twin and secrets. */
export const stateFields = { ...slimFields, key: 0 } as const;

export type HeadDocument = Pick<ResourceDocument, '_id' | 'type' | 'version' | 'revision' | 'generation' | 'modified'>;

export const toHead = ({ _id, type, version, revision, generation, modified }: HeadDocument): Head => ({
  id: _id,
  kind: type,
  version,
  revision,
  generation,
  modified,
});

export const toState = (
  document: Omit<ResourceDocument, 'fold' | 'custom' | 'held' | 'waits' | 'key' | 'password' | 'touched'>,
): State => ({
  tenant: document.tenant,
  owner: document.owner,
  name: document.name,
  created: document.created,
  revised: document.revised,
  externalIds: Object.fromEntries((document.ext ?? []).map(splitExternalId)),
  attributes: document.attributes,
  person: document.person,
  // Last: V8 takes a microsecond for each property that comes after a spread.
  ...toHead(document),
});

const splitExternalId = (text: string): [string, string] => {
  const at = text.indexOf(':');
  return [text.slice(0, at), text.slice(at + 1)];
};

/** The unique key of a name within its tenant. */
export const keyOf = (kind: Kind, name: string): string => `${kind}:${foldCase(name)}`;

/** The fields that follow from what a resource says of itself. */
export const contentFields = (
  type: ResourceType,
  kind: Kind,
  state: Pick<State, 'name' | 'owner' | 'externalIds' | 'attributes' | 'person'>,
) => {
  const ext = Object.entries(state.externalIds).map(([connection, id]) => `${connection}:${id}`);
  const folded = fold(type, state.attributes as JsonObject);
  const custom = customValues(type, folded);
  return {
    ...(state.owner !== undefined && { owner: state.owner }),
    name: state.name,
    key: keyOf(kind, state.name),
    ...(ext.length > 0 && { ext }),
    attributes: state.attributes,
    fold: folded,
    ...(custom.length > 0 && { custom }),
    ...(state.person && personFields(state.person)),
  };
};

function personFields(person: Person): Pick<ResourceDocument, 'person' | 'held' | 'waits'> {
  const [held, waits] = [heldBy(person), waitsOf(person)];
  return { person, ...(held.length > 0 && { held }), ...(waits.length > 0 && { waits }) };
}

/** The document of a resource that is new at that instant. */
export const newDocument = (type: ResourceType, state: NewState, at: Date): ResourceDocument => ({
  _id: state.id,
  tenant: state.tenant,
  type: state.kind,
  version: 1,
  revision: 1,
  generation: 1,
  created: at,
  modified: at,
  revised: at,
  ...contentFields(type, state.kind, state),
  ...(state.password !== undefined && { password: state.password }),
});

/** The edge of somebody who joins at that instant. */
export const newEdge = (
  tenant: TenantId,
  group: string,
  generation: number,
  { id, kind, via }: Joiner,
  from: Date,
): EdgeDocument => ({
  _id: new mongoose.mongo.ObjectId(),
  tenant,
  group,
  generation,
  member: id,
  type: kind,
  from,
  live: true,
  ...(via && { via }),
});

/** The closed version of a state that held until that instant. */
export const historyDocument = (type: ResourceType, state: State, to: Date): HistoryDocument => ({
  _id: new mongoose.mongo.ObjectId(),
  tenant: state.tenant,
  resource: state.id,
  type: state.kind,
  version: state.version,
  revision: state.revision,
  generation: state.generation,
  created: state.created,
  modified: state.modified,
  revised: state.revised,
  ...contentFields(type, state.kind, state),
  from: state.revised,
  to,
});

/** Fields of an entry that name or describe a person; what is sealed of them is a salted digest, so that they can go. */
interface Personal {
  readonly differences: Entry['differences'];
  readonly events?: Entry['events'];
}

/** A journal entry. `pending` until the sequencer gave it its place in the tenant's order. */
export interface JournalDocument {
  _id: mongoose.mongo.ObjectId;
  tenant: TenantId;
  pending?: true;
  epoch?: number;
  at: Date;
  operation: Entry['operation'];
  act?: Entry['act'];
  kind: Kind;
  resource: string;
  version: number;
  connection: string;
  request: string;
  /** Which operation of which run of a Bulk it was: there is one entry of each. */
  part?: Part;
  members?: Entry['members'];
  /** The groups that a removal took somebody out of, each with the version it has since. */
  left?: readonly LeftGroup[];
  /** How many resources of the kind there are more since. */
  adds?: number;
  credits?: Entry['credits'];
  personal: Personal;
  salt: Buffer;
  digest: Buffer;
}

interface LeftGroup {
  readonly group: string;
  readonly version: number;
}

/** The journal entry of a change that was given that version at that instant. */
export function journalDocument(
  { tenant, entry, creates, removes }: Change,
  version: number,
  at: Date,
  left: readonly LeftGroup[] = [],
): JournalDocument {
  const personal: Personal = { differences: entry.differences, ...(entry.events && { events: entry.events }) };
  const salt = randomBytes(16);
  const adds = (creates ? 1 : 0) - (removes ? 1 : 0);
  return {
    _id: new mongoose.mongo.ObjectId(),
    tenant,
    pending: true,
    at,
    operation: entry.operation,
    ...(entry.act && { act: entry.act }),
    kind: entry.kind,
    resource: entry.resource,
    version,
    connection: entry.order.connection,
    request: entry.order.request,
    ...(entry.order.part && { part: entry.order.part }),
    ...(entry.members && { members: entry.members }),
    ...(left.length > 0 && { left }),
    ...(adds !== 0 && { adds }),
    ...(entry.credits && { credits: entry.credits }),
    personal,
    salt,
    digest: createHash('sha256').update(salt).update(JSON.stringify(personal)).digest(),
  };
}
