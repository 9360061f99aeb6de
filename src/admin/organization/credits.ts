import { credits } from '../../domain/accounts.ts';
import { untilItHolds } from '../../domain/deciding.ts';
import { DomainError } from '../../domain/errors.ts';
import { making, withAttributes } from '../../domain/keeping.ts';
import type { Asker, PeoplePorts } from '../people/asker.ts';

/** Credits that are bought, or corrected. */
export interface Posting {
  /** Below zero, to correct what was bought too much. */
  readonly credits: number;
  readonly why: 'purchase' | 'correction';
  /** Of an invoice: what has one is posted once, however often it is sent. */
  readonly reference?: string | undefined;
  readonly note?: string | undefined;
}

/** What an organization may still spend. */
export async function balance(
  { deciding: { accounts } }: PeoplePorts,
  { tenant }: Pick<Asker, 'tenant'>,
): Promise<number> {
  return (await accounts.read(tenant, [credits])).get(credits)?.value ?? 0;
}

/**
 * Posts credits: the balance moves in the transaction of the posting, and never falls below nothing.
 *
 * @returns the balance as it is then
 * @throws DomainError `credits-exhausted`, `name-taken` where the reference was posted before, `invalid`
 */
export async function post(ports: PeoplePorts, asker: Asker, posting: Posting): Promise<number> {
  const { deciding } = ports;
  const { credits: by, why, reference, note } = posting;
  if (by === 0 || (why === 'purchase' && by < 0))
    throw new DomainError({ rule: 'invalid', attribute: 'credits', why: why === 'purchase' ? '> 0' : '≠ 0' });
  await untilItHolds(asker.deadline, deciding, async () => {
    const left = await balance(ports, asker);
    if (left + by < 0) throw new DomainError({ rule: 'credits-exhausted', needed: -by, left });
    const id = deciding.newId();
    const name = reference ?? id;
    const { entry, ...own } = making(asker, 'CreditPosting', id, {
      name,
      attributes: withAttributes({}, { name, credits: by, why, note }),
    });
    const moves = [{ account: credits, by, ...(by < 0 && { least: 0 }) }];
    await deciding.work.commit({ ...own, moves, entry: { ...entry, credits: { by, why } } }, asker.deadline);
  });
  return balance(ports, asker);
}
