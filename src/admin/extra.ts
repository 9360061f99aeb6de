import { untilItHolds, type Deciding } from '../domain/deciding.ts';
import { extraOf, withExtra, type Extra } from '../domain/extra.ts';
import { differences } from '../domain/journal.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { Commission } from './commission.ts';
import { requireUser, requireVersion } from './people/change.ts';

/**
 * The extra information of somebody.
 *
 * @throws DomainError `unknown`
 */
export async function readExtra(
  { deciding }: { readonly deciding: Deciding },
  tenant: TenantId,
  user: string,
): Promise<Extra> {
  return extraOf((await requireUser(deciding, tenant, user)).attributes);
}

/**
 * Says what else is known of somebody, as a whole.
 *
 * @throws DomainError `unknown`, `invalid`, `changed`
 */
export function setExtra(
  { deciding }: { readonly deciding: Deciding },
  { tenant, order, deadline }: Commission,
  user: string,
  extra: Extra,
  onlyAt?: number,
): Promise<{ readonly extra: Extra; readonly version: number }> {
  return untilItHolds(deadline, deciding, async () => {
    const before = await requireUser(deciding, tenant, user);
    requireVersion(before, onlyAt);
    const attributes = withExtra(before.attributes, extra);
    const rows = differences(before.attributes, attributes);
    if (rows.length === 0) return { extra: extraOf(attributes), version: before.version };
    const { version } = await deciding.work.commit(
      {
        tenant,
        revises: { before, after: { ...before, attributes } },
        relies: [],
        entry: { order, operation: 'revise', kind: 'User', resource: user, differences: rows },
      },
      deadline,
    );
    return { extra: extraOf(attributes), version };
  });
}
