import { expect } from 'chai';
import { personSchemas } from '../../src/domain/projection.ts';
import type { Client } from '../support/client.ts';
import type { Answered, Site } from './site.ts';

/** Something that people are in or hold. */
export interface Thing {
  readonly kind: 'team' | 'role' | 'license' | 'entity';
  readonly id: string;
}

/** Who is in or holds each thing, by its name, in the order of ids; of an entity also as what. */
export type Look = Readonly<Record<string, readonly string[]>>;

export type Things = ReadonlyMap<string, Thing>;

interface Valued {
  readonly value: string;
  readonly role?: string;
}

interface ScimUser {
  readonly id: string;
  readonly roles?: readonly Valued[];
  readonly entitlements?: readonly Valued[];
  readonly [personSchemas.entity]?: { readonly memberships: readonly Valued[] };
}

/** A row of the admin API or of the command line about somebody. */
interface Row {
  readonly id: string;
  readonly role?: string;
  readonly companyRole?: string;
}

async function looked(things: Things, whoIn: (thing: Thing) => readonly string[] | Promise<readonly string[]>) {
  const look: Record<string, readonly string[]> = {};
  for (const [name, thing] of things) look[name] = [...(await whoIn(thing))].sort();
  return look;
}

const said = ({ kind }: Thing, id: string, role: string | undefined): string =>
  kind === 'entity' ? `${id} ${String(role)}` : id;

/** The organization as an identity provider reads it. */
export async function throughScim(scim: Client, things: Things): Promise<Look> {
  const users = await everyUser(scim);
  const held = {
    role: ({ roles = [] }: ScimUser) => roles,
    license: ({ entitlements = [] }: ScimUser) => entitlements,
    entity: (user: ScimUser) => user[personSchemas.entity]?.memberships ?? [],
  };
  return looked(things, (thing) => {
    const { kind, id } = thing;
    if (kind === 'team') return scim.members(id);
    return users.flatMap((user) =>
      held[kind](user)
        .filter(({ value }) => value === id)
        .map(({ role }) => said(thing, user.id, role)),
    );
  });
}

async function everyUser(scim: Client): Promise<readonly ScimUser[]> {
  const users: ScimUser[] = [];
  for (;;) {
    const { status, body } = await scim.request('GET', `/Users?startIndex=${users.length + 1}&count=100`);
    expect(status).to.equal(200);
    users.push(...((body['Resources'] ?? []) as ScimUser[]));
    if (users.length >= Number(body['totalResults'])) return users;
  }
}

type Get = (path: string) => Promise<Answered>;

/** All rows of a list of the admin API. */
async function every(get: Get, path: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let cursor = ''; ;) {
    const { status, json } = await get(`${path}${path.includes('?') ? '&' : '?'}limit=200${cursor}`);
    expect(status, `${path}: ${JSON.stringify(json)}`).to.equal(200);
    rows.push(...(json['items'] as Row[]));
    const { nextCursor } = json;
    if (typeof nextCursor !== 'string') return rows;
    cursor = `&cursor=${encodeURIComponent(nextCursor)}`;
  }
}

const rowsSaid = (thing: Thing, rows: readonly Row[]): readonly string[] =>
  rows.map(({ id, role, companyRole }) => said(thing, id, role ?? companyRole));

/** The organization as its administrators read it. */
export const throughAdmin = (get: Get, things: Things): Promise<Look> =>
  looked(things, async (thing) => {
    const { kind, id } = thing;
    if (kind === 'entity') {
      const { status, json } = await get(`/entities/${id}/members?limit=1000`);
      expect(status).to.equal(200);
      return rowsSaid(thing, json['items'] as Row[]);
    }
    return rowsSaid(thing, await every(get, kind === 'team' ? `/teams/${id}/members` : `/users?${kind}=${id}`));
  });

const past = { team: 'groups', role: 'roles', license: 'licenses', entity: 'entities' } as const;

/** The organization as the history tells it, as of an instant. */
export const throughHistory = (get: Get, things: Things, at: Date): Promise<Look> =>
  looked(things, async (thing) =>
    rowsSaid(thing, await every(get, `/history/${past[thing.kind]}/${thing.id}/members?at=${at.toISOString()}`)),
  );

/** The organization as the command line tells it, as of an instant. */
export const throughCommands = ({ command }: Pick<Site, 'command'>, things: Things, at: Date): Promise<Look> =>
  looked(things, async (thing) => {
    const option = thing.kind === 'team' ? 'group' : thing.kind;
    const { rows } = (await command(`who --${option} ${thing.id} --at ${at.toISOString()}`)) as {
      readonly rows: readonly Row[];
    };
    return rowsSaid(thing, rows);
  });
