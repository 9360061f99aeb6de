import type { TenantId } from '../domain/tenants.ts';
import type { Ports } from './ports.ts';

const most = 1_000;

/** What connections are called, by their ids; looked up once, where anybody asks. */
export function connectionNames(
  { connections }: Pick<Ports, 'connections'>,
  tenant: TenantId,
): () => Promise<(id: string) => string | undefined> {
  let known: Promise<ReadonlyMap<string, string>> | undefined;
  return async () => {
    known ??= connections.list(tenant, most).then((all) => new Map(all.map(({ id, name }) => [id, name])));
    const names = await known;
    return (id) => names.get(id);
  };
}
