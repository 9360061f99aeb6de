import { setTimeout as sleep } from 'node:timers/promises';
import { isOpen, type Attempt, type Claim } from './acknowledged.ts';
import { BrokenOff, onceHeard, type Answer, type Client } from './client.ts';
import { asMembers, patchOp, type Common, type Recorder } from './workload.ts';

/** An operation of a Bulk: what its client wants, and how it says so. */
interface Step {
  readonly claim: Claim;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly bulkId?: string;
  readonly data?: object;
}

/** What a client was told of an operation. */
interface Told {
  readonly status: number;
  readonly id?: string;
  readonly version?: number;
}

/** A client that sends Bulks, writes down what came of each operation, and sends them again until it knows. */
export interface BulkRecorder {
  readonly attempts: readonly Attempt[];
  /** Under a key, where there is one. */
  send(steps: readonly Step[], key?: string): Promise<readonly Told[]>;
}

/** Records the Bulks of a client. */
export function bulkRecorder(client: Pick<Client, 'request'>): BulkRecorder {
  const request = onceHeard(client);
  const attempts: Attempt[] = [];

  return {
    attempts,
    async send(steps, key) {
      const body = {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: steps.map(({ claim: _, ...operation }) => operation),
      };
      const headers = key === undefined ? {} : { 'Idempotency-Key': key };
      const first = Date.now();
      for (let repeat = false; ; repeat = true) {
        // Under a key it is one and the same request, however often it is sent.
        const sent = key === undefined ? Date.now() : first;
        const answer = await request('POST', '/Bulk', body, headers).catch((error: unknown) =>
          error instanceof BrokenOff ? error : undefined,
        );
        const told = toldBy(answer, steps, repeat ? 'repeated' : 'new');
        const own = steps.map(({ claim }, index): Attempt => {
          const one = told[index];
          const named = one && { ...one, request: `${String(answer?.headers['x-request-id'])} ${index}` };
          const part = { index, ...(key !== undefined && { key }) };
          return { claim, repeat, part, sent, ended: Date.now(), ...(named && { answer: named }) };
        });
        attempts.push(...own);
        if (own.every((attempt) => attempt.answer && !isOpen(attempt))) return told;
        await sleep(100);
      }
    },
  };
}

/** What an answer says of the operations, also one that broke off: of those that it had come to. */
function toldBy(answer: Answer | BrokenOff | undefined, steps: readonly Step[], sending: 'new' | 'repeated'): Told[] {
  if (!answer) return [];
  if (answer instanceof BrokenOff) return read(entriesOf(answer.text), steps);
  if (answer.status === 200) return read(answer.body['Operations'] as readonly Entry[], steps);
  // Whoever died keeps the key for a while: that is to be waited for, as 503 is.
  const status = answer.status === 409 && sending === 'repeated' ? 503 : answer.status;
  return steps.map(() => ({ status }));
}

interface Entry {
  readonly status: string;
  readonly location?: string;
  readonly version?: string;
}

/** The entries that are whole in the beginning of an answer. */
function entriesOf(text: string): readonly Entry[] {
  for (let end = text.lastIndexOf('}'); end > 0; end = text.lastIndexOf('}', end - 1))
    try {
      return (JSON.parse(`${text.slice(0, end + 1)}]}`) as { readonly Operations: readonly Entry[] }).Operations;
    } catch {
      // The brace ended something within an entry.
    }
  return [];
}

function read(entries: readonly Entry[], steps: readonly Step[]): Told[] {
  const statuses = new Map(steps.map(({ bulkId }, index) => [bulkId, Number(entries[index]?.status ?? 400)]));
  return entries.map(({ status, location, version }, index) => {
    const others = JSON.stringify(steps[index]).matchAll(/"bulkId:([^"]+)"/g);
    // As WebDAV calls it: what it depends on was refused.
    const isDependent = status === '400' && [...others].some(([, other]) => (statuses.get(other) ?? 0) >= 400);
    const [id, number] = [location?.split('/').at(-1), /\d+/.exec(version ?? '')?.[0]];
    return {
      status: isDependent ? 424 : Number(status),
      ...(id !== undefined && { id }),
      ...(number !== undefined && { version: Number(number) }),
    };
  });
}

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/**
 * One client of a workload that sends Bulks, every other one under a key: two people who manage each other, a group of
 * them, memberships in a group that all share, and changes and removals of what earlier Bulks made.
 */
export function bulkWorker(
  name: string,
  { send }: BulkRecorder,
  { read }: Pick<Recorder, 'read'>,
  { people, groups }: Common,
  random: () => number,
) {
  /** Names by id. */
  const users = new Map<string, string>();
  const teams = new Map<string, string>();
  let made = 0;

  const below = (count: number): number => Math.floor(random() * count);
  const some = (count: number): string[] => {
    const all = [...people];
    return Array.from({ length: count }, () => all.splice(below(all.length), 1)).flat();
  };
  const taken = (from: Map<string, string>): readonly (readonly [id: string, name: string])[] => {
    const one = [...from][below(from.size)];
    if (one) from.delete(one[0]);
    return one ? [one] : [];
  };

  function person(userName: string, manager: string): Step {
    const sets = { userName, [enterprise]: { manager: { value: `bulkId:${manager}` } } };
    const claim: Claim = { operation: 'create', kind: 'User', sets };
    return { claim, method: 'POST', path: '/Users', bulkId: userName, data: sets };
  }

  function team(displayName: string, joins: readonly string[]): Step {
    const claim: Claim = { operation: 'create', kind: 'Group', sets: { displayName }, joins };
    const data = { displayName, members: asMembers(joins) };
    return { claim, method: 'POST', path: '/Groups', bulkId: displayName, data };
  }

  function joining(group: string, joins: readonly string[]): Step {
    const claim: Claim = { operation: 'members', kind: 'Group', resource: group, joins };
    const data = patchOp({ op: 'add', path: 'members', value: asMembers(joins) });
    return { claim, method: 'PATCH', path: `/Groups/${group}`, data };
  }

  function changing(id: string, userName: string): Step {
    const sets = { nickName: `${name}, ${made}`, title: 'Engineer' };
    const claim: Claim = { operation: 'revise', kind: 'User', resource: id, sets };
    const path = `/Users/${id}`;
    if (random() < 0.5) return { claim, method: 'PUT', path, data: { userName, ...sets } };
    return { claim, method: 'PATCH', path, data: patchOp({ op: 'replace', value: sets }) };
  }

  const removing = (kind: 'User' | 'Group', id: string): Step => ({
    claim: { operation: 'remove', kind, resource: id },
    method: 'DELETE',
    path: `/${kind}s/${id}`,
  });

  /** Remembers what was made, also where only who asks again learns that it was. */
  async function learn({ claim, bulkId = '' }: Step, { status, id }: Told): Promise<void> {
    if (claim.operation !== 'create') return;
    const [known, attribute] = claim.kind === 'User' ? [users, 'userName'] : [teams, 'displayName'];
    if (status === 201 && id !== undefined) known.set(id, bulkId);
    else {
      const { body } = await read(`/${claim.kind}s?filter=${encodeURIComponent(`${attribute} eq "${bulkId}"`)}`);
      for (const found of (body['Resources'] ?? []) as { id: string }[]) known.set(found.id, bulkId);
    }
  }

  /** Does one Bulk. */
  return async (): Promise<void> => {
    made += 1;
    const [ann, bob] = [`${name}-ann-${made}`, `${name}-bob-${made}`];
    const pair = [`bulkId:${ann}`, `bulkId:${bob}`];
    const [changed, leaving] = [taken(users), taken(users)];
    const steps = [
      ...[person(ann, bob), person(bob, ann), team(`${name}-team-${made}`, [...pair, ...some(3)])],
      joining(groups[below(groups.length)] ?? '', [...pair, ...some(5)]),
      ...changed.map(([id, userName]) => changing(id, userName)),
      ...leaving.map(([id]) => removing('User', id)),
      ...(made % 2 === 0 ? taken(teams).map(([id]) => removing('Group', id)) : []),
    ];
    const shuffled = steps
      .map((step) => ({ step, place: random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ step }) => step);
    const told = await send(shuffled, random() < 0.5 ? `${name}-${made}` : undefined);
    for (const [id, userName] of changed) users.set(id, userName);
    for (const [index, step] of shuffled.entries()) await learn(step, told[index] ?? { status: 0 });
  };
}
