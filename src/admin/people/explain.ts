import type { Connections } from '../../domain/accessPorts.ts';
import { explain, originsOf, type Explanation, type Reason } from '../../domain/explain.ts';
import type { Grant, Origin } from '../../domain/grants.ts';
import { look } from '../../domain/known.ts';
import { everyPermission, type Permission } from '../../domain/permissions.ts';
import { personOf, type Status } from '../../domain/person.ts';
import type { TenantId } from '../../domain/tenants.ts';
import type { Language } from '../../words/languages.ts';
import { said, tell, type Said } from '../../words/say.ts';
import type { PeoplePorts } from './asker.ts';
import { readUser } from './change.ts';

/** What explanations are made with. */
export interface ExplainPorts extends PeoplePorts {
  readonly connections: Pick<Connections, 'find'>;
}

/** Why somebody may or may not do something, and what would take it away; each sentence in the reader's language. */
export interface Explained {
  readonly permission: Permission;
  readonly allowed: boolean;
  readonly status: Status;
  readonly why: string;
  /** Taking it away means ending every one of them. */
  readonly reasons: readonly ExplainedReason[];
  /** What he would have it by, and waits for. */
  readonly waiting: readonly { readonly id: string; readonly name?: string; readonly since: string }[];
}

/** One way by which somebody has a right, for one reason. */
export interface ExplainedReason {
  readonly by: 'primary-role' | 'role' | 'permission';
  readonly role?: { readonly id: string; readonly name: string };
  /** Who or what gives it; nobody, where it belongs to the primary role. */
  readonly origin?: NamedOrigin;
  readonly why: string;
  /** What would end it. */
  readonly ends: string;
}

/** Who or what gives something, by name. */
interface NamedOrigin extends Pick<Origin, 'by' | 'ref'> {
  readonly name?: string;
}

/** The names of what gives, by their ids. */
type Names = ReadonlyMap<string, string>;

/**
 * Why somebody may do what he may; with a permission, why he may or may not do that.
 *
 * @throws DomainError `unknown`
 */
export async function explainUser(
  ports: ExplainPorts,
  tenant: TenantId,
  id: string,
  { permission, language }: { readonly permission?: Permission | undefined; readonly language: Language },
): Promise<readonly Explained[]> {
  const { state } = await readUser(ports, tenant, id);
  const person = personOf(state);
  const held = person.grants.flatMap((grant) => (grant.what === 'role' ? [grant.id] : []));
  const { roles } = await look(ports.deciding.states, tenant, { role: held });
  const asked = permission === undefined ? everyPermission : [permission];
  const explanations = asked
    .map((each) => explain(person, each, roles))
    .filter(({ reasons, waiting }) => permission !== undefined || reasons.length + waiting.length > 0);
  const names = await namesOf(ports, tenant, person.grants);
  return explanations.map((each) => explained(state.name, each, names, language));
}

function explained(user: string, explanation: Explanation, names: Names, language: Language): Explained {
  const { permission, allowed, status, reasons, waiting } = explanation;
  const ways = reasons.flatMap((reason) => waysOf(reason, names));
  const why = sentenceOf(
    user,
    explanation,
    ways.map((way) => way.why),
  );
  return {
    permission,
    allowed,
    status,
    why: tell(language, why),
    reasons: ways.map((way) => ({ ...way, why: tell(language, way.why), ends: tell(language, way.ends) })),
    waiting: waiting.map(({ id, name, waiting: since = '' }) => ({ id, ...(name !== undefined && { name }), since })),
  };
}

function sentenceOf(user: string, { permission, status, waiting }: Explanation, reasons: readonly Said[]): Said {
  if (reasons.length === 0) return said(waiting.length > 0 ? 'why.waiting' : 'why.may-not', { user, permission });
  if (status === 'active') return said('why.may', { user, permission, reasons });
  return said('why.not-active', { user, permission, status: said(`status.${status}`), reasons });
}

interface Way extends Omit<ExplainedReason, 'why' | 'ends'> {
  readonly why: Said;
  readonly ends: Said;
}

/** Each origin keeps a way open by itself. */
function waysOf({ right: { from, permission } }: Reason, names: Names): readonly Way[] {
  if ('primaryRole' in from) {
    const role = from.primaryRole;
    return [{ by: 'primary-role', why: said('why.primary-role', { role }), ends: said('ends.primary-role', { role }) }];
  }
  const role = 'role' in from ? { id: from.role.id, name: from.role.name } : undefined;
  return originsOf(from.grant).map((origin): Way => {
    const name = names.get(origin.ref ?? '') ?? origin.ref ?? '';
    const given = originSaid(origin.by, name);
    return {
      by: role ? 'role' : 'permission',
      ...(role && { role }),
      origin: { by: origin.by, ...(origin.ref !== undefined && { ref: origin.ref, name }) },
      why: role ? said('why.role', { role: role.name, origin: given }) : said('why.direct', { origin: given }),
      ends: endSaid(origin.by, role?.name ?? permission, name),
    };
  });
}

const originSaid = (by: Origin['by'], name: string): Said =>
  by === 'hand' || by === 'import' ? said(`origin.${by}`) : said(`origin.${by}`, { name });

const endSaid = (by: Origin['by'], what: string, name: string): Said =>
  by === 'hand' || by === 'import' ? said(`ends.${by}`, { what }) : said(`ends.${by}`, { what, name });

/** The kinds of what gives, where it is kept as a state. */
const kinds = { group: 'Group', rule: 'MappingRule', role: 'Role' } as const;

async function namesOf(
  { deciding: { states }, connections }: ExplainPorts,
  tenant: TenantId,
  grants: readonly Grant[],
): Promise<Names> {
  const origins = grants.flatMap((grant) => grant.origins);
  const refs = (by: Origin['by']): string[] => [
    ...new Set(origins.flatMap((origin) => (origin.by === by && origin.ref !== undefined ? [origin.ref] : []))),
  ];
  const asked = (['group', 'rule', 'role'] as const).flatMap((by) =>
    refs(by).map((name) => ({ kind: kinds[by], name })),
  );
  const [found, idps] = await Promise.all([
    states.some(tenant, asked),
    Promise.all(refs('scim').map((connection) => connections.find(tenant, connection))),
  ]);
  return new Map([...found, ...idps.flatMap((each) => each ?? [])].map(({ id, name }) => [id, name]));
}
