import { untilItHolds, type Deciding } from './deciding.ts';
import type { Held, Job, JobKind, JobQueue } from './jobs.ts';
import type { Holders } from './lists.ts';
import { memberChanges, type Membership } from './mapping.ts';
import { ruleOf, speaksOf, type Face, type MappingRule } from './mappingRules.ts';
import { decide, type Wish } from './people.ts';
import { personChanges } from './personChanges.ts';
import type { State } from './states.ts';
import type { TenantId } from './tenants.ts';
import type { Walks } from './walks.ts';

/** What jobs are done with. */
export interface Settling extends Deciding {
  readonly queue: JobQueue;
  readonly walks: Walks;
  readonly holders: Holders;
}

/** So many are looked at before it is noted how far a job is. */
const piece = 100;

/** So many are decided on at once: their changes share commits. */
const sideBySide = 20;

/** So long one decision may be made anew while others are faster, in milliseconds. */
const patienceMs = 20_000;

/** Works off the jobs of a tenant that are due. Tells when the next one is. */
export async function workOff(ports: Settling, tenant: TenantId, goOn: () => boolean): Promise<Date | undefined> {
  for (let job = goOn() ? await ports.queue.take(tenant) : undefined; job;) {
    await run(ports, job, goOn);
    job = goOn() ? await ports.queue.take(tenant) : undefined;
  }
  return ports.queue.nextDue(tenant);
}

/** Goes through a job piece by piece; whoever is interrupted is followed by another who goes on where it stopped. */
async function run(ports: Settling, job: Held, goOn: () => boolean): Promise<void> {
  try {
    let position = job.position;
    if (position === undefined && job.pass === 1) await measure(ports, job);
    for (;;) {
      const { looked, next } = await pieceOf(ports, job, position);
      if ((await ports.queue.advance(job, job.pass === 1 ? looked : 0, next)) === 'lost' || next === undefined) return;
      if (!goOn()) {
        await ports.queue.release(job);
        return;
      }
      position = next;
    }
  } catch (error) {
    await ports.queue.stumbled(job, error instanceof Error ? error.message : String(error));
    throw error;
  }
}

async function measure({ queue, holders }: Settling, job: Held): Promise<void> {
  const words = wordsOf(job);
  if (words.length === 0) return;
  const counts = await Promise.all(words.map((word) => holders.count(job.tenant, word)));
  await queue.measured(
    job,
    counts.reduce((sum, count) => sum + count, 0),
  );
}

/** How far a piece got. */
interface Piece {
  readonly looked: number;
  /** Where the next one begins; undefined at the end. */
  readonly next: string | undefined;
}

async function pieceOf(settling: Settling, job: Held, position: string | undefined): Promise<Piece> {
  const book = await settling.books.of(job.tenant);
  const ports = { ...settling, books: { of: () => book } };
  // Whoever could write it is this very code.
  const at = position === undefined ? undefined : (JSON.parse(position) as Position);
  if (job.kind === 'settle-group') return ofGroup(ports, job, { phase: 'members', ...at, group: job.argument });
  return job.kind === 'settle-rules' ? ofRules(ports, job, at) : ofHolders(ports, job, at);
}

/** Where a piece begins: in a group, first among its members, then among those who hold what it gives. */
interface Position {
  readonly group?: string;
  readonly phase?: 'members' | 'holders' | 'over';
  readonly word?: number;
  readonly after?: string;
}

const positioned = (looked: number, position: Position): Piece => ({ looked, next: JSON.stringify(position) });

const end = (looked: number): Piece => ({ looked, next: undefined });

async function ofGroup(ports: Settling, job: Held, at: Position & { readonly group: string }): Promise<Piece> {
  const { tenant } = job;
  const { group, phase, after } = at;
  if (phase === 'holders') {
    const holders = await ports.holders.page(tenant, `group:${group}`, after, piece);
    const members = await each(holders, ({ id }) => settleMember(ports, job, group, id));
    const looked = members.filter((how) => how === 'outside').length;
    const last = holders.at(-1);
    return holders.length < piece || !last ? end(looked) : positioned(looked, { group, phase, after: last.id });
  }
  const state = await ports.states.read(tenant, 'Group', group);
  const members = state ? await ports.walks.members(tenant, state, after, piece) : [];
  const users = members.filter(({ kind }) => kind === 'User');
  await each(users, ({ id }) => settleMember(ports, job, group, id));
  const last = members.at(-1);
  return members.length < piece || !last
    ? positioned(users.length, { group, phase: 'holders' })
    : positioned(users.length, { group, phase: 'members', after: last.id });
}

/** Goes through the groups that rules speak of, or spoke of, one after the other. */
async function ofRules(ports: Settling, job: Held, at: Position | undefined): Promise<Piece> {
  if (at?.group !== undefined && at.phase !== 'over') {
    const { looked, next } = await ofGroup(ports, job, { ...at, group: at.group });
    return next === undefined ? positioned(looked, { group: at.group, phase: 'over' }) : { looked, next };
  }
  const rules = rulesOf(job);
  const groups = await ports.walks.groups(job.tenant, at?.group, facesPiece);
  const group = groups.find((each) => rules.some((rule) => speaksOf(rule, each)));
  if (group) return positioned(0, { group: group.id, phase: 'members' });
  const last = groups.at(-1);
  return groups.length < facesPiece || !last ? end(0) : positioned(0, { group: last.id, phase: 'over' });
}

/** So many groups are looked at for one that rules speak of. */
const facesPiece = 1_000;

/** What rules speak of, as the argument of a job that settles it: what they spoke of before belongs to it. */
export const rulesArgument = (rules: readonly Pick<MappingRule, 'connection' | 'match'>[]): string =>
  JSON.stringify(rules.map(({ connection, match }) => ({ connection, match })));

type Speaking = Parameters<typeof speaksOf>[0];

const rulesOf = ({ argument }: Job): readonly Speaking[] => JSON.parse(argument) as readonly Speaking[];

/** The words under which those are found whom a job is about. */
function wordsOf({ kind, argument }: Pick<Job, 'kind' | 'argument'>): readonly string[] {
  const what = held[kind];
  if (!what) return [];
  return what === 'license' ? [`license:${argument}`, `waiting:${argument}`] : [`${what}:${argument}`];
}

const held: Readonly<Partial<Record<JobKind, 'role' | 'license' | 'entity'>>> = {
  'settle-role': 'role',
  'settle-license': 'license',
  'settle-entity': 'entity',
};

async function ofHolders(ports: Settling, job: Held, at: Position | undefined): Promise<Piece> {
  const { word = 0, after } = at ?? {};
  const words = wordsOf(job);
  const holders = await ports.holders.page(job.tenant, words[word] ?? '', after, piece);
  await each(holders, ({ id }) => settleHolder(ports, job, id));
  const last = holders.at(-1);
  if (holders.length === piece && last) return positioned(holders.length, { word, after: last.id });
  return word + 1 < words.length ? positioned(holders.length, { word: word + 1 }) : end(holders.length);
}

/** Decides a member, or former member, of a group anew. */
async function settleMember(ports: Settling, job: Held, group: string, id: string): Promise<'member' | 'outside'> {
  const { tenant } = job;
  return untilItHolds(ports.clock() + patienceMs, ports, async () => {
    const [now, membership, { rules }] = await Promise.all([
      ports.states.readForMembers(tenant, group, [id]),
      circumstances(ports, job),
      ports.books.of(tenant),
    ]);
    // Read after the group: whoever is in it has what came with that.
    const user = await ports.states.read(tenant, 'User', id);
    const isIn = now !== undefined && isChosen(now, id);
    if (user)
      await commit(
        ports,
        await memberChanges(ports, user, group, isIn ? ruleOf(rules, face(now)) : undefined, membership),
      );
    return isIn ? 'member' : 'outside';
  });
}

const face = ({ state: { id, name, owner } }: { readonly state: State }): Face => ({ id, name, owner });

/** Whether he was chosen as a member: whom a role of his makes one gets nothing more from that. */
const isChosen = (
  { present, given }: { readonly present: ReadonlySet<string>; readonly given: ReadonlyMap<string, unknown> },
  id: string,
): boolean => present.has(id) && given.get(id) !== 'role';

/** Decides somebody anew who holds what changed, or is gone. */
async function settleHolder(ports: Settling, job: Held, id: string): Promise<void> {
  const { tenant, argument } = job;
  const what = held[job.kind] ?? 'role';
  await untilItHolds(ports.clock() + patienceMs, ports, async () => {
    const user = await ports.states.read(tenant, 'User', id);
    if (!user) return;
    const { order, ...rest } = await circumstances(ports, job);
    const decided = await decide(ports, user, id, stillThere(what, argument), {
      ...rest,
      order,
      reach: 'everybody',
      seats: 'wait',
    });
    await commit(ports, personChanges(user, user, decided, { tenant, id, owner: user.owner, order }));
  });
}

/** That somebody has something as it is called now, or has it no longer where it is gone. */
const stillThere = (what: 'role' | 'license' | 'entity', id: string): Wish => ({
  named: { [what]: [id] },
  apply(person, known) {
    const found = { role: known.role, license: known.pool, entity: known.entity }[what](id);
    const grants = person.grants.flatMap((grant) => {
      if (grant.what !== what || grant.id !== id) return [grant];
      return found ? [{ ...grant, name: found.name }] : [];
    });
    return { ...person, grants };
  },
});

async function circumstances({ books, clock }: Settling, { tenant, order }: Job): Promise<Membership> {
  const { settings } = await books.of(tenant);
  return { tenant, settings, order, now: new Date(clock()).toISOString() };
}

async function commit({ work, clock }: Settling, changes: Parameters<Settling['work']['commitAll']>[0]): Promise<void> {
  if (changes.length > 0) await work.commitAll(changes, clock() + patienceMs);
}

/** Does something with each, some of them at once. */
async function each<T, R>(all: readonly T[], act: (one: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < all.length; at += sideBySide)
    results.push(...(await Promise.all(all.slice(at, at + sideBySide).map(act))));
  return results;
}
