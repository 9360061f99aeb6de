import type { Change } from './changes.ts';
import { DomainError } from './errors.ts';
import { granted, released, type Origin } from './grants.ts';
import { targetOf } from './known.ts';
import { isGenerous, type Gift, type MappingRule } from './mappingRules.ts';
import { decide, type Circumstances, type PeoplePorts, type Wish } from './people.ts';
import { personChanges } from './personChanges.ts';
import { personOf, type Person } from './person.ts';
import type { State } from './states.ts';

/** What members of a group get besides being in the team; undefined where that is all. */
export const giftOf = (rule: MappingRule | undefined): Gift | undefined => (isGenerous(rule) ? rule.gives : undefined);

/** That somebody gets from a group what its rule gives, and nothing else any more; nothing at all without a gift. */
export const giftWish = (group: string, gift: Gift | undefined): Wish => ({
  named: gift ? namedBy(gift) : {},
  apply(person, known) {
    const origin: Origin = { by: 'group', ref: group, ...(gift?.role && { role: gift.role }) };
    // Unless it is gone meanwhile.
    const target = gift && gift.what !== 'team' ? targetOf(known, gift.what, gift.id ?? '') : undefined;
    const others = person.grants
      .filter(({ what, id }) => !(target && what === target.what && id === target.id))
      .reduce<Person['grants']>((left, grant) => released(left, grant, origin), person.grants);
    return { ...person, grants: target ? granted(others, target, origin) : others };
  },
});

const namedBy = ({ what, id = '' }: Gift): Wish['named'] => (what === 'team' ? {} : { [what]: [id] });

/** Whether a group gives somebody anything. */
const gains = (person: Person, group: string, gift: Gift | undefined): boolean =>
  gift !== undefined &&
  !person.grants.some(
    ({ what, id, origins }) =>
      what === gift.what && id === gift.id && origins.some(({ by, ref }) => by === 'group' && ref === group),
  );

const loses = (person: Person, group: string, gift: Gift | undefined): boolean =>
  person.grants.some(
    ({ what, id, origins }) =>
      !(what === gift?.what && id === gift.id) && origins.some(({ by, ref }) => by === 'group' && ref === group),
  );

/** What holds for the decisions on the members of a group. */
export type Membership = Pick<Circumstances, 'tenant' | 'settings' | 'order' | 'now'>;

/**
 * What has to be committed so that a user has from a group what its rule gives to its members, or nothing where he is none.
 * What he may not have he does not get: that is no reason to refuse his being a member. Where no seat is free he waits.
 *
 * @param rule of the group, undefined where he is no member of it
 */
export async function memberChanges(
  ports: PeoplePorts,
  user: State,
  group: string,
  rule: MappingRule | undefined,
  membership: Membership,
): Promise<readonly Change[]> {
  const [person, gift] = [personOf(user), giftOf(rule)];
  if (!gift && !loses(person, group, gift)) return [];
  const reach = gains(person, group, gift) ? (rule?.reach ?? 'ordinary') : 'everybody';
  try {
    return await changesTo(gift, reach);
  } catch (error) {
    if (!(error instanceof DomainError) || !outOfReach.has(error.violation.rule)) throw error;
    return loses(person, group, gift) ? changesTo(undefined, 'everybody') : [];
  }

  async function changesTo(given: Gift | undefined, how: Circumstances['reach']): Promise<readonly Change[]> {
    const circumstances = { ...membership, reach: how, seats: 'wait' } as const;
    const decided = await decide(ports, user, user.id, giftWish(group, given), circumstances);
    const { tenant, order } = membership;
    return personChanges(user, user, decided, { tenant, id: user.id, owner: user.owner, order });
  }
}

const outOfReach: ReadonlySet<string> = new Set(['administrator-out-of-reach', 'administrative-grant']);
