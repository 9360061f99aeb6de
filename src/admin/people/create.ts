import type { Move } from '../../domain/accounts.ts';
import type { Change } from '../../domain/changes.ts';
import { contactOf } from '../../domain/contacts.ts';
import { untilItHolds } from '../../domain/deciding.ts';
import { DomainError } from '../../domain/errors.ts';
import { withExtra, type Extra } from '../../domain/extra.ts';
import { sent } from '../../domain/invitations.ts';
import type { Act } from '../../domain/journal.ts';
import { decide, type Circumstances } from '../../domain/people.ts';
import type { Person } from '../../domain/person.ts';
import { personChanges } from '../../domain/personChanges.ts';
import type { Accounts } from '../../domain/ports.ts';
import { described, type Profile } from '../../domain/profile.ts';
import { become, both, byHand, type Rights } from '../../domain/rights.ts';
import type { Attributes } from '../../domain/states.ts';
import type { TenantId } from '../../domain/tenants.ts';
import { circumstancesOf, requireMay, type Asker, type PeoplePorts } from './asker.ts';
import { allNamed, readUser, type Standing } from './change.ts';

/** What somebody begins as: “created and invited directly (default) or saved as a prepared user”; or created with a password. */
export type Beginning = 'invited' | 'prepared' | 'active';

/** Somebody who is to be created. */
export interface Draft {
  readonly profile: Profile & { readonly userName: string };
  readonly rights: Rights;
  /** The teams that he is in from the beginning, by id or name. */
  readonly teams?: readonly string[] | undefined;
  /** “Add extra information (optional).” */
  readonly extra?: Extra | undefined;
  readonly begins: Beginning;
  readonly password?: string | undefined;
}

/** The most who are created with their passwords in one step: “Optionally, you can create up to 5 users at once.” */
export const mostAtOnce = 5;

const acts = { invited: 'invite', prepared: 'prepare', active: undefined } as const satisfies Readonly<
  Record<Beginning, Act | undefined>
>;

/**
 * Creates people in one step: all of them or, where a rule is broken for any, none.
 *
 * @throws DomainError for each rule that is broken
 */
export async function createUsers(
  ports: PeoplePorts,
  asker: Asker,
  drafts: readonly Draft[],
): Promise<readonly Standing[]> {
  const { deciding } = ports;
  const { tenant, deadline } = asker;
  for (const draft of drafts) requireMayGive(asker, draft);
  const made = await Promise.all(
    drafts.map(async (draft): Promise<Made> => {
      const password = draft.password === undefined ? undefined : await deciding.hashPassword(tenant, draft.password);
      return { draft, id: deciding.newId(), password };
    }),
  );
  await untilItHolds(deadline, deciding, async () => {
    const circumstances = await circumstancesOf(ports, asker);
    await deciding.work.commitAll(await creations(ports, asker, made, circumstances), deadline);
  });
  return Promise.all(made.map(({ id }) => readUser(ports, tenant, id)));
}

interface Made {
  readonly draft: Draft;
  readonly id: string;
  readonly password: string | undefined;
}

/** Each is decided on what those before him leave: the last seat is given once. */
async function creations(
  ports: PeoplePorts,
  asker: Asker,
  made: readonly Made[],
  circumstances: Circumstances,
): Promise<readonly Change[]> {
  const { deciding } = ports;
  const { tenant, order, permissions } = asker;
  let changes: readonly Change[] = [];
  for (const { draft, id, password } of made) {
    const { profile, rights, extra = {}, begins } = draft;
    const attributes = withExtra(described(undefined, profile, circumstances.settings), extra);
    const wish = {
      ...both(become(beginning(begins)), byHand(withLicense(rights, circumstances), permissions)),
      ...(draft.teams && { teams: await teamIds(ports, tenant, draft.teams) }),
    };
    const accounts = moved(
      deciding.accounts,
      changes.flatMap(({ moves = [] }) => moves),
    );
    const decided = await decide({ states: deciding.states, accounts }, undefined, id, wish, circumstances);
    const said = { name: String(attributes.userName), externalIds: {}, attributes };
    const act = acts[decided.person.status === 'prepared' ? 'prepared' : begins];
    const making = { tenant, id, owner: undefined, order, act, password };
    const sending =
      decided.person.status === 'invited' ? [await invitationOf(ports, asker, { id, attributes }, circumstances)] : [];
    changes = [...changes, ...personChanges(undefined, said, decided, making), ...sending];
  }
  return joined(changes);
}

/** The invitation that goes out with his creation: “The new user will receive an email to start using” the product. */
export async function invitationOf(
  { deciding }: PeoplePorts,
  { tenant, now }: Asker,
  invitee: { readonly id: string; readonly attributes: Attributes },
  circumstances: Circumstances,
): Promise<Change> {
  const contact = contactOf(invitee.attributes);
  if (!contact) throw new DomainError({ rule: 'unreachable', id: invitee.id });
  const id = deciding.newId();
  const link = await deciding.links.issue(tenant, id);
  return sent(id, invitee, contact, { ...circumstances, now, link });
}

/** The ids of teams that are named by their ids or names. @throws DomainError `unknown` */
export const teamIds = async (
  ports: PeoplePorts,
  tenant: TenantId,
  named: readonly string[],
): Promise<readonly string[]> => (await allNamed(ports, tenant, 'Group', named)).map(({ id }) => id);

const beginning =
  (status: Beginning) =>
  (person: Person): Person => ({ ...person, status });

/** Who comes without a license gets the organization's default one. */
const withLicense = (rights: Rights, { settings: { defaultLicense } }: Circumstances): Rights =>
  rights.license === undefined && defaultLicense !== undefined ? { ...rights, license: defaultLicense } : rights;

/** @throws DomainError `not-allowed`: each kind of right has a permission of its own to give it */
export function requireMayGive(asker: Asker, { rights, teams }: Pick<Draft, 'rights' | 'teams'>): void {
  if (rights.roles || rights.permissions) requireMay(asker, 'roles.manage');
  if (rights.entities) requireMay(asker, 'entities.manage');
  if (teams) requireMay(asker, 'teams.manage');
}

/** The accounts as they will be after these moves. */
const moved = ({ read }: Accounts, moves: readonly Move[]): Accounts => ({
  async read(tenant, names) {
    const found = await read(tenant, names);
    return new Map(
      names.map((name) => {
        const account = found.get(name) ?? { name, value: 0 };
        const by = moves.reduce((sum, move) => sum + (move.account === name ? move.by : 0), 0);
        return [name, { ...account, value: account.value + by }];
      }),
    );
  },
});

/** The changes with those of one team as one: each is of another subject. Who is new leaves no team. */
function joined(changes: readonly Change[]): readonly Change[] {
  const teams = new Map<string, Change>();
  for (const change of changes) {
    const { members, entry } = change;
    if (!members) continue;
    const joins = [...(teams.get(entry.resource)?.members?.joins ?? []), ...members.joins];
    const ids = joins.map(({ id }) => id);
    teams.set(entry.resource, {
      ...change,
      members: { ...members, joins },
      relies: ids,
      entry: { ...entry, members: { reset: false, joined: ids, left: [] } },
    });
  }
  return [...changes.filter(({ members }) => !members), ...teams.values()];
}
