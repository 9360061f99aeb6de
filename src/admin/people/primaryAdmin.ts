import { primaryAdmins, type Move } from '../../domain/accounts.ts';
import { untilItHolds } from '../../domain/deciding.ts';
import { DomainError } from '../../domain/errors.ts';
import { loginFrom } from '../../domain/logins.ts';
import { decide, type Circumstances, type Wish } from '../../domain/people.ts';
import type { Status } from '../../domain/person.ts';
import { personChanges } from '../../domain/personChanges.ts';
import { described, type Profile } from '../../domain/profile.ts';
import { become } from '../../domain/rights.ts';
import type { State } from '../../domain/states.ts';
import { Refusal } from '../errors.ts';
import { circumstancesOf, requireMay, type Asker, type PeoplePorts } from './asker.ts';
import { readUser, type Standing } from './change.ts';
import { invitationOf } from './create.ts';

/** Who is to be the first Primary Admin. */
export interface Candidate {
  readonly profile: Profile & { readonly userName: string };
  /** With one, he can sign in at once; without, he is invited. Of somebody who is there already it is not asked. */
  readonly password?: string | undefined;
}

/**
 * Appoints the first Primary Admin, who is created where nobody has that login yet. From then on there always is one, and
 * Primary Admins alone appoint others. Of several who appoint at once one does.
 *
 * @throws Refusal where there is one already
 * @throws DomainError for each rule that is broken
 */
export async function appointFirst(ports: PeoplePorts, asker: Asker, candidate: Candidate): Promise<Standing> {
  const { deciding } = ports;
  const { tenant, deadline } = asker;
  requireMay(asker, 'admins.manage');
  const newId = deciding.newId();
  const { password: text } = candidate;
  const password = text === undefined ? undefined : await deciding.hashPassword(tenant, text);
  const id = await untilItHolds(deadline, deciding, async () => {
    const account = (await deciding.accounts.read(tenant, [primaryAdmins])).get(primaryAdmins);
    if (account && account.value > 0) throw new Refusal('primary-admin.there');
    const circumstances = { ...(await circumstancesOf(ports, asker)), reach: 'everybody' } as const;
    const { value } = loginFrom(candidate.profile.userName, circumstances.settings.countryPrefix);
    const [there] = await deciding.states.some(tenant, [{ kind: 'User', name: value }]);
    const changes = await appointment(ports, asker, circumstances, {
      there,
      id: there?.id ?? newId,
      candidate,
      password,
    });
    await deciding.work.commitAll(changes, deadline);
    return there?.id ?? newId;
  });
  return readUser(ports, tenant, id);
}

interface Appointing {
  readonly there: State | undefined;
  readonly id: string;
  readonly candidate: Candidate;
  readonly password: string | undefined;
}

async function appointment(
  ports: PeoplePorts,
  asker: Asker,
  circumstances: Circumstances,
  { there, id, candidate: { profile }, password }: Appointing,
) {
  const begins: Status = password === undefined ? 'invited' : 'active';
  const wish: Wish = become((person) => {
    const { status } = there ? person : { status: begins };
    // Who can do nothing would leave the organization without a Primary Admin.
    if (status === 'deactivated') throw new DomainError({ rule: 'wrong-status', status, wanted: 'active' });
    return { ...person, status, primaryRole: 'primary-admin' };
  });
  const decided = await decide(ports.deciding, there, id, wish, circumstances);
  const attributes = there?.attributes ?? described(undefined, profile, circumstances.settings);
  const said = there ?? { name: String(attributes.userName), externalIds: {}, attributes };
  const { tenant, order } = asker;
  const changes = personChanges(
    there,
    said,
    { ...decided, moves: decided.moves.map(asFirst) },
    { tenant, id, owner: there?.owner, order, act: 'appoint', password: there ? undefined : password },
  );
  const isInvited = !there && begins === 'invited';
  return isInvited ? [...changes, await invitationOf(ports, asker, { id, attributes }, circumstances)] : changes;
}

/** Only while there is none; it lays down the account's bound anew, so that no two who do so share a transaction. */
const asFirst = (move: Move): Move => (move.account === primaryAdmins ? { ...move, below: 0, most: null } : move);
