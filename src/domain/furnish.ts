import { Stale } from './changes.ts';
import { untilItHolds, type Deciding } from './deciding.ts';
import { DomainError } from './errors.ts';
import type { Order } from './journal.ts';
import { making, type Content } from './keeping.ts';
import { builtIn, workspaceRoles } from './permissions.ts';
import type { Kind } from './states.ts';
import { nameKey, type TenantId } from './tenants.ts';

/** “Listening - Free: for users who only want to listen to calls. Unlimited users can be invited at no cost.” */
const freePool = 'listening-free';

/** What every organization has from the beginning: its workspace roles and the free pool. */
const furniture: readonly (Content & { readonly kind: Kind })[] = [
  ...workspaceRoles.map((name) => ({
    kind: 'Role',
    name,
    attributes: { displayName: name, type: 'Role', permissions: builtIn.workspace[name], builtIn: true },
  })),
  { kind: 'Entitlement', name: freePool, attributes: { displayName: freePool, type: 'License', price: 0, free: true } },
];

/** What it takes to furnish an organization. */
export type Furnishing = Pick<Deciding, 'states' | 'work' | 'newId' | 'clock' | 'pause'>;

/** Gives an organization what every one has, as far as it lacks that: whoever does so at the same moment, it is there once. */
export async function furnish(ports: Furnishing, tenant: TenantId, order: Order, deadline: number): Promise<void> {
  await untilItHolds(deadline, ports, async () => {
    const found = await ports.states.some(tenant, furniture);
    const known = new Set(found.map(({ kind, name }) => `${kind} ${nameKey(name)}`));
    const changes = furniture
      .filter(({ kind, name }) => !known.has(`${kind} ${nameKey(name)}`))
      .map(({ kind, ...content }) => making({ tenant, order }, kind, ports.newId(), content));
    if (changes.length === 0) return;
    try {
      await ports.work.commitAll(changes, deadline);
    } catch (error) {
      if (!(error instanceof DomainError) || error.violation.rule !== 'name-taken') throw error;
      throw new Stale('furnished meanwhile', { cause: error });
    }
  });
}
