import { queueOf, seatsOf } from './accounts.ts';
import type { Change } from './changes.ts';
import { company } from './company.ts';
import { contactOf } from './contacts.ts';
import { untilItHolds, type Deciding } from './deciding.ts';
import { DomainError } from './errors.ts';
import { invitationKind, sent } from './invitations.ts';
import { decide, type Circumstances, type Decided, type Wish } from './people.ts';
import { personChanges } from './personChanges.ts';
import { personOf } from './person.ts';
import { poolFrom } from './seats.ts';
import { languageOf } from './settings.ts';
import type { State } from './states.ts';
import type { TenantId } from './tenants.ts';
import type { Walks } from './walks.ts';

/** What promotions are decided with. */
export interface Promoting extends Deciding {
  readonly walks: Walks;
}

/** So many take their seats in one transaction: all of them, or none. */
const together = 50;

const patienceMs = 10_000;

/** As the journal names who orders promotions: nobody does. */
const order = { connection: 'system', request: 'promotion' } as const;

/**
 * Gives free seats to those who wait for them, in their order. Two processes at it at once promote nobody twice and let
 * nobody overtake: each commits the front of the queue as it stands, or decides anew.
 */
export async function promote(ports: Promoting, tenant: TenantId, goOn: () => boolean): Promise<void> {
  for (const pool of await ports.walks.queues(tenant)) while (goOn() && (await promoteSome(ports, tenant, pool)));
}

/** Whether there may be more. */
const promoteSome = (ports: Promoting, tenant: TenantId, pool: string): Promise<boolean> =>
  untilItHolds(ports.clock() + patienceMs, ports, async (round) => {
    const free = await freeSeats(ports, tenant, pool);
    // Somebody among them is changed by others all the time: one by one, he holds up nobody before him.
    const most = round > 2 ? 1 : together;
    const waiting = free > 0 ? await ports.walks.waiting(tenant, pool, Math.min(free, most)) : [];
    const changes = await decideAll(ports, tenant, pool, waiting);
    if (changes.length === 0) return false;
    await ports.work.commitAll(changes, ports.clock() + patienceMs);
    return true;
  });

async function freeSeats({ states, accounts }: Promoting, tenant: TenantId, id: string): Promise<number> {
  const [[state], standing] = await Promise.all([
    states.some(tenant, [{ kind: 'Entitlement', name: id }]),
    accounts.read(tenant, [seatsOf(id), queueOf(id)]),
  ]);
  if (!state || (standing.get(queueOf(id))?.value ?? 0) === 0) return 0;
  const { value = 0, most } = standing.get(seatsOf(id)) ?? {};
  return poolFrom(state).seats === undefined || most === undefined ? Infinity : most - value;
}

/** The changes of the front of the queue, up to the first who can't have his seat yet. */
async function decideAll(
  ports: Promoting,
  tenant: TenantId,
  pool: string,
  waiting: readonly State[],
): Promise<readonly Change[]> {
  const { settings } = await ports.books.of(tenant);
  const circumstances: Circumstances = {
    tenant,
    settings,
    order,
    now: new Date(ports.clock()).toISOString(),
    reach: 'everybody',
    seats: { promote: pool },
  };
  const front = company(ports);
  const all: Change[] = [];
  for (const user of waiting) {
    const decided = await decideOn(user);
    if (!decided || decided.person.grants.some(({ id, waiting: since }) => id === pool && since !== undefined)) break;
    const changes = personChanges(user, user, decided, {
      tenant,
      id: user.id,
      owner: user.owner,
      order,
      act: 'promote',
      events: [{ event: 'promoted', user: user.id, language: languageOf(settings, user.attributes) }],
    });
    front.join(changes);
    all.push(...changes, ...(await inviting(ports, user, decided, circumstances)));
  }
  return all;

  /** Nothing where it can't be paid for: nobody overtakes him meanwhile. */
  async function decideOn(user: State): Promise<Decided | undefined> {
    try {
      return await decide(front.ports, user, user.id, seatedWish, circumstances);
    } catch (error) {
      if (error instanceof DomainError && error.violation.rule === 'credits-exhausted') return undefined;
      throw error;
    }
  }
}

/** Who becomes one who is invited is sent an invitation. */
async function inviting(
  { states, links, newId }: Promoting,
  user: State,
  { person }: Decided,
  { tenant, settings, now }: Circumstances,
): Promise<readonly Change[]> {
  const contact = contactOf(user.attributes);
  if (person.status !== 'invited' || personOf(user).status === 'invited' || !contact) return [];
  const [invitation] = await states.some(tenant, [{ kind: invitationKind, name: user.id }]);
  const id = invitation?.id ?? newId();
  const link = await links.issue(tenant, id);
  return [sent(invitation ?? id, user, contact, { tenant, settings, order, now: new Date(now), link })];
}

/** Who was to be invited is, now that he has a seat. */
const seatedWish: Wish = {
  named: {},
  apply({ whenSeated, ...person }) {
    return person.status === 'prepared' && whenSeated ? { ...person, status: whenSeated } : person;
  },
};
