import { double, drop, row, type Answered, type Planted, type Rows } from './planted.ts';

const acknowledged = (all: readonly Answered[], operation: string): Answered =>
  row(all, ({ claim, answer }) => claim.operation === operation && answer.status < 300);

/** An operation of a Bulk that was done. */
const inBulk = (
  all: readonly Answered[],
  operation: string,
  passes: (is: Answered) => unknown = () => true,
): Answered =>
  row(all, (is) => is.part !== undefined && is.claim.operation === operation && is.answer.status < 300 && passes(is));

const hasKey = ({ part }: Answered): boolean => part?.key !== undefined;

/** Takes all that is known of a resource away. */
function forget(rows: Rows, id: string | undefined): void {
  for (const name of ['resources', 'edges', 'history', 'journal'] as const)
    rows[name] = rows[name].filter((is) => is['_id'] !== id && is['resource'] !== id && is['member'] !== id);
}

/** Answers that a database does not bear out. */
export const plantedInAnswers: readonly Planted[] = [
  [
    'a whole acknowledged creation is gone',
    'acknowledged but not journaled',
    (rows, all) => {
      forget(rows, acknowledged(all, 'create').answer.id);
    },
  ],
  [
    'a version was acknowledged that is not the write’s',
    'acknowledged as another version',
    (_, all) => {
      Object.assign(acknowledged(all, 'revise').answer, { version: 77 });
    },
  ],
  [
    'a value was acknowledged that was not written',
    'journaled otherwise than asked',
    (_, all) => {
      Object.assign(acknowledged(all, 'revise').claim, { sets: { nickName: 'another' } });
    },
  ],
  [
    'one of several values was not written',
    'acknowledged but not set',
    (_, all) => {
      const { claim } = acknowledged(all, 'revise');
      Object.assign(claim, { sets: { ...claim.sets, title: 'Director' } });
    },
  ],
  [
    'somebody was acknowledged as a member who is none',
    'acknowledged but no member',
    (_, all) => {
      const { claim } = acknowledged(all, 'members');
      Object.assign(claim, { joins: [...(claim.joins ?? []), 'stranger'] });
    },
  ],
  [
    'somebody was acknowledged as gone who stayed',
    'acknowledged but still a member',
    (_, all) => {
      const { claim } = row(
        all,
        (is) =>
          is.claim.operation === 'members' && (is.claim.leaves ?? []).length === 0 && (is.claim.joins ?? []).length > 0,
      );
      Object.assign(claim, { leaves: claim.joins, joins: [] });
      // Asked again later, when who joined has long been in.
      const last = Date.now();
      all.push({
        ...acknowledged(all, 'members'),
        claim,
        sent: last,
        ended: last,
        repeat: true,
        answer: { status: 204, request: 'later' },
      });
    },
  ],
  [
    'a write that was refused is there',
    'refused and journaled',
    (_, all) => {
      Object.assign(acknowledged(all, 'revise').answer, { status: 412 });
    },
  ],
  [
    'a write was refused at first asking',
    'answer not expected',
    (_, all) => {
      Object.assign(acknowledged(all, 'revise').answer, { status: 412, request: 'unknown' });
    },
  ],
  [
    'a write was refused for what never was',
    'refused without a cause',
    (_, all) => {
      const claim = { operation: 'create', kind: 'User', sets: { userName: 'never made' } } as const;
      all.push({ ...acknowledged(all, 'create'), claim, repeat: true, answer: { status: 409, request: 'unknown' } });
    },
  ],
  [
    'nobody asked for a write',
    'journaled but never asked',
    (_, all) => drop(all, ({ claim }) => claim.operation === 'revise'),
  ],
  [
    'a write without an answer was done twice',
    'journaled but never asked',
    (rows, all) => {
      const first = acknowledged(all, 'remove');
      const { answer, ...unanswered } = first;
      all.splice(all.indexOf(first), 1, unanswered as Answered);
      double(rows.journal, (is) => is['request'] === answer.request);
    },
  ],
  [
    'an older version was acknowledged later',
    'versions acknowledged out of order',
    (_, all) => {
      const later = row(all, ({ claim, answer }) => claim.operation === 'revise' && (answer.version ?? 0) > 2);
      Object.assign(later.answer, { version: 1 });
    },
  ],
  [
    'an acknowledged operation of a Bulk is gone',
    'acknowledged but not journaled',
    (rows, all) => {
      forget(rows, inBulk(all, 'create').answer.id);
    },
  ],
  [
    'half of a ring of a Bulk is there',
    'journaled otherwise than asked',
    (rows, all) => {
      forget(rows, inBulk(all, 'create', ({ claim }) => claim.kind === 'User').answer.id);
    },
  ],
  [
    'half of a ring is there of a Bulk that nobody was answered',
    'journaled but never asked',
    (rows, all) => {
      const { answer } = inBulk(all, 'create', ({ claim }) => claim.kind === 'User');
      const [request] = answer.request.split(' ');
      for (const each of all)
        if (each.answer.request.startsWith(`${request} `)) Object.assign(each, { answer: undefined });
      forget(rows, answer.id);
    },
  ],
  [
    'an operation was said to be done when its Bulk was sent before, and is not',
    'acknowledged but not journaled',
    (rows, all) => {
      const said = inBulk(all, 'remove', hasKey);
      drop(rows.journal, (is) => is['resource'] === said.claim.resource && is['operation'] === 'remove');
      Object.assign(said, { repeat: true });
      Object.assign(said.answer, { request: 'later 0' });
    },
  ],
  [
    'an operation of a Bulk with a key was refused when that was sent again',
    'answer not expected',
    (_, all) => {
      const refused = inBulk(all, 'remove', hasKey);
      Object.assign(refused, { repeat: true });
      Object.assign(refused.answer, { request: 'later 0', status: 404 });
    },
  ],
];
