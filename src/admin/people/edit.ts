import { withExtra, type Extra } from '../../domain/extra.ts';
import type { Person } from '../../domain/person.ts';
import { described, type Profile } from '../../domain/profile.ts';
import { become, byHand, inEntity, outOfEntity, type CompanyMembership, type Rights } from '../../domain/rights.ts';
import { mayManageEntity } from '../../domain/roles.ts';
import { deactivated, reactivated } from '../../domain/transitions.ts';
import { circumstancesOf, requireMay, type Asker, type PeoplePorts } from './asker.ts';
import { allNamed, changeUser, type Standing } from './change.ts';
import { requireMayGive, teamIds } from './create.ts';

/** What is to change of somebody; what is not said stays. */
export interface Edit {
  readonly profile?: Profile | undefined;
  readonly rights?: Rights | undefined;
  /** All the extra information that is known of him from now on. */
  readonly extra?: Extra | undefined;
  /** The teams that he is to be in by choice, by id or name; those that his roles bring stay. */
  readonly teams?: readonly string[] | undefined;
}

/** What ends when a password changes. */
export type Sessions = 'end' | 'keep';

/**
 * Changes attributes and access rights, without anybody's consent and at no cost: “Changes in access rights do not affect the
 * number of credits used to create the user.”
 *
 * @throws DomainError for each rule that is broken
 */
export async function editUser(
  ports: PeoplePorts,
  asker: Asker,
  id: string,
  { profile = {}, rights = {}, extra, teams }: Edit,
  onlyAt?: number,
): Promise<Standing> {
  requireMayGive(asker, { rights, teams });
  const chosen = teams && (await teamIds(ports, asker.tenant, teams));
  return changeUser(ports, asker, id, {
    wish: { ...byHand(rights, asker.permissions), ...(chosen && { teams: chosen }) },
    onlyAt,
    said(before, { settings }) {
      const after = described(before.attributes, profile, settings);
      return { ...before, name: String(after.userName), attributes: extra ? withExtra(after, extra) : after };
    },
  });
}

const unchanged = become((person) => person);

/** Every session that he has now is over: “Allows the admin to log out a user from all active sessions.” */
const signedOut =
  ({ now }: Asker) =>
  (person: Person): Person => ({ ...person, sessionsSince: now.toISOString() });

/** Gives somebody another password; his sessions end with the old one, or stay. */
export async function setPassword(
  ports: PeoplePorts,
  asker: Asker,
  id: string,
  password: string,
  sessions: Sessions,
): Promise<Standing> {
  return changeUser(ports, asker, id, {
    wish: sessions === 'end' ? become(signedOut(asker)) : unchanged,
    act: 'set-password',
    tells: 'password-changed',
    password: await ports.deciding.hashPassword(asker.tenant, password),
  });
}

/** Takes away what somebody signs in with, and his sessions; he stays: “User credentials … can be deleted by the admin.” */
export const deleteCredentials = (ports: PeoplePorts, asker: Asker, id: string): Promise<Standing> =>
  changeUser(ports, asker, id, { wish: become(signedOut(asker)), act: 'delete-credentials', password: null });

/** Ends all sessions of somebody. */
export const endSessions = (ports: PeoplePorts, asker: Asker, id: string): Promise<Standing> =>
  changeUser(ports, asker, id, { wish: become(signedOut(asker)), act: 'end-sessions' });

/** Deactivates somebody: he keeps what he has, and can do nothing with it. @throws DomainError `last-primary-admin` */
export async function deactivateUser(ports: PeoplePorts, asker: Asker, id: string, onlyAt?: number): Promise<Standing> {
  const { settings, now } = await circumstancesOf(ports, asker);
  return changeUser(ports, asker, id, {
    wish: become((person) => deactivated(person, settings.seatOnDeactivation, now)),
    act: 'deactivate',
    tells: 'deactivated',
    onlyAt,
  });
}

/** Makes somebody again what he was before he was deactivated; he needs a seat again. @throws DomainError `seats-exhausted` */
export const reactivateUser = (ports: PeoplePorts, asker: Asker, id: string, onlyAt?: number): Promise<Standing> =>
  changeUser(ports, asker, id, { wish: become(reactivated), act: 'reactivate', onlyAt });

/** Puts somebody into an entity, or gives him another company role there. @throws DomainError `not-allowed` */
export async function enterEntity(
  ports: PeoplePorts,
  asker: Asker,
  id: string,
  membership: CompanyMembership,
): Promise<Standing> {
  await requireManagesEntity(ports, asker, membership.entity);
  return changeUser(ports, asker, id, { wish: inEntity(membership) });
}

/**
 * Takes somebody out of one entity, as far as he is in it by hand: “To remove a user from just one entity, use entity user
 * management instead.” He stays in the organization and in the other entities.
 *
 * @throws DomainError `not-allowed`
 */
export async function leaveEntity(ports: PeoplePorts, asker: Asker, id: string, entity: string): Promise<Standing> {
  await requireManagesEntity(ports, asker, entity);
  return changeUser(ports, asker, id, { wish: outOfEntity(entity), act: 'leave-entity' });
}

/** Who may choose the members of an entity: who may of all, and who has a company role in it that lets him. */
async function requireManagesEntity(ports: PeoplePorts, asker: Asker, entity: string): Promise<void> {
  if (asker.permissions.has('entities.manage') || (await managesIt(ports, asker, entity))) return;
  requireMay(asker, 'entities.manage');
}

async function managesIt(ports: PeoplePorts, { tenant, person, scopes }: Asker, entity: string): Promise<boolean> {
  if (person === undefined || !scopes?.has('entities.manage')) return false;
  const [state, [known]] = await Promise.all([
    ports.deciding.states.read(tenant, 'User', person),
    allNamed(ports, tenant, 'Entity', [entity]),
  ]);
  return state?.person !== undefined && known !== undefined && mayManageEntity(state.person, known.id);
}
