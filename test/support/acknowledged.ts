import { isDeepStrictEqual } from 'node:util';
import type { Kind } from '../../src/domain/states.ts';
import type { JournalDocument } from '../../src/storage/documents.ts';
import { faultsWithin, type Fault } from './checker.ts';
import {
  applied,
  askedBy,
  grouped,
  livesOf,
  membershipsTold,
  type Content,
  type Found,
  type Life,
  type Told,
} from './replay.ts';

/**
 * What a client wanted of a write, in the journal's words. In a Bulk, what is made beside it is named as it is referred to:
 * by `bulkId:` and its name.
 */
export interface Claim {
  readonly operation: JournalDocument['operation'];
  readonly kind: Kind;
  /** Absent where it is to be created. */
  readonly resource?: string;
  /** Attributes that it has afterwards; a new one's name among them. */
  readonly sets?: Content;
  readonly joins?: readonly string[];
  readonly leaves?: readonly string[];
}

/** A write as its client knows it. */
export interface Attempt {
  readonly claim: Claim;
  /** The same was sent before, and its outcome not learnt. */
  readonly repeat: boolean;
  /** Which operation of a Bulk it was, and under which key that was sent, if any. */
  readonly part?: { readonly index: number; readonly key?: string };
  /** Milliseconds since 1970. */
  readonly sent: number;
  /** When it was answered, or the connection broke. */
  readonly ended: number;
  /** Absent where the connection broke. */
  readonly answer?: {
    readonly status: number;
    /** With its index, where it is an operation of a Bulk. */
    readonly request: string;
    readonly id?: string | undefined;
    readonly version?: number | undefined;
  };
}

interface Evidence {
  readonly lives: ReadonlyMap<string, Life>;
  readonly told: ReadonlyMap<string, readonly Told[]>;
  readonly journal: readonly JournalDocument[];
  readonly byRequest: ReadonlyMap<string, readonly JournalDocument[]>;
  /** When, at the latest, what a request wrote could be seen. */
  readonly seen: (request: string | undefined) => number;
}

/**
 * What is wrong in a tenant's data, given everything that its clients sent: each acknowledged write is there as it was
 * acknowledged, each refused one is not, and of those without an answer each is there once at most. Pure.
 */
export function faultsOf(found: Found, sent: readonly Attempt[]): Fault[] {
  const attempts = resolved(sent, found);
  const lives = livesOf(found);
  const ends = new Map(
    attempts.flatMap((attempt) =>
      attempt.answer && !isOpen(attempt) ? [[attempt.answer.request, attempt.ended]] : [],
    ),
  );
  const evidence: Evidence = {
    lives,
    told: grouped(membershipsTold(lives), ({ group, member }) => `${group} ${member}`),
    journal: found.journal,
    byRequest: grouped(found.journal, askedBy),
    seen: (request = '') => ends.get(request) ?? Infinity,
  };
  return [
    ...faultsWithin(found),
    ...attempts.flatMap((attempt) => answered(attempt, evidence)),
    ...unasked(found.journal, attempts),
    ...order(attempts),
  ];
}

const isName = /^(userName|displayName)$/;

/** Claims with ids in the place of references. */
function resolved(attempts: readonly Attempt[], { journal }: Found): readonly Attempt[] {
  const ids = new Map<unknown, string>();
  for (const { operation, resource, personal } of journal)
    for (const { path, after } of operation === 'create' ? personal.differences : [])
      if (isName.test(path)) ids.set(`bulkId:${String(after)}`, resource);
  return attempts.map((attempt) =>
    attempt.part
      ? {
          ...attempt,
          claim: JSON.parse(JSON.stringify(attempt.claim), (_, value: unknown) => ids.get(value) ?? value) as Claim,
        }
      : attempt,
  );
}

/** Whether a write is to be sent again: with a key, a Bulk is told so by 409 too. */
export const isOpen = ({ repeat, part, answer }: Attempt): boolean =>
  answer?.status === 503 || (answer?.status === 409 && repeat && part?.key !== undefined);

const describe = ({ claim, answer }: Attempt): string =>
  `${answer?.request ?? 'unanswered'} ${String(answer?.status)} ${claim.operation} ${claim.kind} ${claim.resource ?? answer?.id ?? ''}`;

function answered(attempt: Attempt, evidence: Evidence): Fault[] {
  const { answer } = attempt;
  if (!answer) return [];
  const about = describe(attempt);
  const entries = evidence.byRequest.get(answer.request) ?? [];
  if (entries.length > 1) return [{ rule: 'journaled twice', about }];
  const [entry] = entries;
  if (entry && !isOf(entry, attempt.claim)) return [{ rule: 'journaled otherwise than asked', about }];
  if (isOpen(attempt)) return [];
  if (answer.status >= 400) return refused(attempt, entry, evidence);
  return acknowledged(attempt, answer, entry, evidence);
}

/** Only who asks again is told that it was done before, and of a Bulk with a key nobody. */
function refused(attempt: Attempt, entry: JournalDocument | undefined, { journal }: Evidence): Fault[] {
  const about = describe(attempt);
  if (entry) return [{ rule: 'refused and journaled', about }];
  if (attempt.answer?.status === 424) return [];
  const expected = { create: 409, remove: 404, revise: 412, members: 412, read: undefined }[attempt.claim.operation];
  const mayBeDone = attempt.repeat && attempt.part?.key === undefined;
  if (!mayBeDone || attempt.answer?.status !== expected) return [{ rule: 'answer not expected', about }];
  return journal.some((each) => isOf(each, attempt.claim)) ? [] : [{ rule: 'refused without a cause', about }];
}

function acknowledged(
  attempt: Attempt,
  answer: NonNullable<Attempt['answer']>,
  own: JournalDocument | undefined,
  evidence: Evidence,
): Fault[] {
  const about = describe(attempt);
  const entry = own ?? doneBefore(attempt, evidence);
  const { operation, resource = answer.id } = attempt.claim;
  // What is so already is answered as done, and leaves no entry; attributes are only where they were asked for before.
  const mayBeDone = operation === 'members' || (operation === 'revise' && attempt.repeat);
  if (!entry)
    return mayBeDone
      ? effect(attempt, answer.version ?? 0, evidence)
      : [{ rule: 'acknowledged but not journaled', about }];
  const { version = entry.version } = answer;
  if (entry.resource !== resource || entry.version !== version)
    return [{ rule: 'acknowledged as another version', about: `${about}: ${version} is ${entry.version}` }];
  return effect(attempt, version, evidence);
}

/** The entry that an earlier sending of a Bulk left, where its key says that nothing of it is done again. */
function doneBefore({ claim, repeat, part, answer }: Attempt, { journal }: Evidence): JournalDocument | undefined {
  if (!repeat || part?.key === undefined) return undefined;
  const { resource = answer?.id } = claim;
  return journal.find(
    (entry) =>
      entry.part?.index === part.index &&
      entry.resource === resource &&
      entry.version === (answer?.version ?? entry.version) &&
      isOf(entry, claim),
  );
}

/** What was claimed was so at that version. */
function effect(attempt: Attempt, version: number, evidence: Evidence): Fault[] {
  const about = describe(attempt);
  const { resource = attempt.answer?.id ?? '', sets = {}, joins = [], leaves = [] } = attempt.claim;
  const revised = evidence.lives.get(resource)?.revised.findLast((each) => each.version <= version);
  const absent = joins.filter((member) => !was('in', resource, member, attempt, evidence));
  const staying = leaves.filter((member) => !was('out', resource, member, attempt, evidence));
  return [
    ...(Object.keys(sets).length === 0 || has(revised?.content ?? {}, sets)
      ? []
      : [{ rule: 'acknowledged but not set', about }]),
    ...absent.map((member) => ({ rule: 'acknowledged but no member', about: `${about} ${member}` })),
    ...staying.map((member) => ({ rule: 'acknowledged but still a member', about: `${about} ${member}` })),
  ];
}

/**
 * Whether somebody was in a group, or not in it, at some moment between question and answer; who is gone is excused. A
 * write has its instant before it can be seen: who reads in between sees what was before.
 */
function was(
  where: 'in' | 'out',
  group: string,
  member: string,
  { sent, ended }: Attempt,
  { told, lives, seen }: Evidence,
): boolean {
  const there = told.get(`${group} ${member}`) ?? [];
  const gone = lives.get(member)?.removed?.at.getTime() ?? Infinity;
  if (where === 'in')
    return gone <= ended || there.some(({ from, closedBy }) => from.getTime() <= ended && seen(closedBy) >= sent);
  return !there.some(({ to, openedBy }) => seen(openedBy) < sent && (to?.getTime() ?? Infinity) > ended);
}

/** Whether an entry records what was claimed, or the part of it that was left to do. */
function isOf({ operation, kind, resource, personal, members }: JournalDocument, claim: Claim): boolean {
  if (operation !== claim.operation || kind !== claim.kind) return false;
  if (claim.resource !== undefined && resource !== claim.resource) return false;
  const changed = applied({}, personal.differences);
  const wanted: Content = claim.sets ?? {};
  if (operation === 'create' && !has(changed, wanted)) return false;
  if (
    operation === 'revise' &&
    !Object.keys(wanted).some((name) => name in changed && isDeepStrictEqual(changed[name], wanted[name]))
  )
    return false;
  const { joined, left } = members ?? { joined: [], left: [] };
  return isWithin(joined, claim.joins) && isWithin(left, claim.leaves);
}

const isWithin = (some: readonly string[], all: readonly string[] = []): boolean => {
  const allowed = new Set(all);
  return some.every((each) => allowed.has(each));
};

const has = (content: Content, sets: Content): boolean =>
  Object.entries(sets).every(([name, value]) => isDeepStrictEqual(content[name], value));

/** What the first start makes, for the tenant that it makes: nobody asks for it. */
const isBeginning = ({ connection, operation, kind, request }: JournalDocument): boolean =>
  operation === 'create' &&
  ((connection === 'system' && request === 'first start' && kind === 'ApiKey') ||
    (connection === 'server' && request === 'furnish' && ['Role', 'Entitlement'].includes(kind)));

/** Entries of requests that nobody was answered must be of those that got no answer: one each. */
function unasked(journal: readonly JournalDocument[], attempts: readonly Attempt[]): Fault[] {
  const known = new Set(attempts.flatMap(({ answer }) => (answer ? [answer.request] : [])));
  const open = attempts.filter(({ answer }) => !answer);
  return journal.flatMap((entry) => {
    if (known.has(askedBy(entry)) || isBeginning(entry)) return [];
    const at = open.findIndex(({ claim }) => isOf(entry, claim));
    if (at >= 0) {
      open.splice(at, 1);
      return [];
    }
    return [{ rule: 'journaled but never asked', about: `${askedBy(entry)} ${entry.operation} ${entry.resource}` }];
  });
}

/** Who asks after another was answered gets no earlier version. */
function order(attempts: readonly Attempt[]): Fault[] {
  const versioned = attempts.flatMap(({ claim, sent, ended, answer }) => {
    const resource = claim.resource ?? answer?.id;
    return resource !== undefined && answer?.version !== undefined
      ? [{ resource, sent, ended, version: answer.version }]
      : [];
  });
  return [...grouped(versioned, ({ resource }) => resource)].flatMap(([resource, own]) =>
    own.some((one) => own.some((other) => one.ended < other.sent && one.version > other.version))
      ? [{ rule: 'versions acknowledged out of order', about: resource }]
      : [],
  );
}
