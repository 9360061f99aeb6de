import type { Change } from '../domain/changes.ts';
import { untilItHolds, type Deciding } from '../domain/deciding.ts';
import { DomainError } from '../domain/errors.ts';
import { differences } from '../domain/journal.ts';
import type { NewJob } from '../domain/jobs.ts';
import { look } from '../domain/known.ts';
import type { Lists } from '../domain/lists.ts';
import { inOrder, ruleFrom, type Gift, type MappingRule } from '../domain/mappingRules.ts';
import { isAdministrative } from '../domain/permissions.ts';
import { rulesArgument } from '../domain/settling.ts';
import type { Attributes, State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import { Refusal } from './errors.ts';
import { requireMay, type Asker } from './people/asker.ts';
import type { Ports } from './ports.ts';

const kind = 'MappingRule';

/** An organization has at most so many rules. */
export const mostRules = 1_000;

/** What rules are administered with. */
export interface RulePorts {
  readonly deciding: Deciding;
  readonly lists: Lists;
  readonly connections: Pick<Ports['connections'], 'find' | 'named'>;
}

/** A rule as somebody wishes it; without a position, the last one. */
export interface RuleDraft extends Pick<MappingRule, 'name' | 'match' | 'gives'> {
  /** By id or name. */
  readonly connection: string;
  readonly position?: number | undefined;
}

/** A rule that was saved, with its version, and the job by which everybody gets what it says; none where nothing changed. */
export interface Saved {
  readonly rule: MappingRule;
  readonly version: number;
  readonly job: string | undefined;
}

/** The rules of an organization, in their order. */
export async function listRules(
  { lists }: Pick<RulePorts, 'lists'>,
  tenant: TenantId,
): Promise<readonly MappingRule[]> {
  const { items } = await lists(tenant, kind, { limit: mostRules });
  return inOrder(items.map(ruleFrom));
}

/** @throws DomainError `unknown` */
export async function readRule(
  { deciding: { states } }: Pick<RulePorts, 'deciding'>,
  tenant: TenantId,
  id: string,
): Promise<State> {
  const state = await states.read(tenant, kind, id);
  if (!state) throw new DomainError({ rule: 'unknown', type: kind, id });
  return state;
}

/**
 * The rule that a draft comes to.
 *
 * @param id of the rule
 * @throws DomainError `unknown` for what it gives, `not-allowed` where that makes administrators; Refusal
 */
export async function drafted(
  ports: RulePorts,
  asker: Pick<Asker, 'tenant' | 'permissions'>,
  draft: RuleDraft,
  id: string,
): Promise<MappingRule> {
  const { tenant, permissions } = asker;
  const [byId, byName] = await Promise.all([
    ports.connections.find(tenant, draft.connection),
    ports.connections.named(tenant, draft.connection),
  ]);
  const connection = byId ?? byName;
  if (!connection) throw new Refusal('connection.unknown', { name: draft.connection });
  const gives = await given(ports.deciding, asker, draft.gives);
  const rules = draft.position === undefined ? await listRules(ports, tenant) : [];
  const last = Math.max(0, ...rules.filter((rule) => rule.id !== id).map(({ position }) => position));
  return {
    id,
    name: draft.name,
    connection: connection.id,
    position: draft.position ?? last + 1,
    match: draft.match,
    gives,
    reach: permissions.has('admins.manage') ? 'everybody' : 'ordinary',
  };
}

/** What a rule gives, by its id. “A rule that grants an administrative role needs a Primary Admin.” */
async function given(
  { states }: Pick<Deciding, 'states'>,
  asker: Pick<Asker, 'tenant' | 'permissions'>,
  { what, id, role }: Gift,
): Promise<Gift> {
  if (what === 'team') return { what };
  if (id === undefined) throw new Refusal('rule.gives-what');
  const known = await look(states, asker.tenant, { [what]: [id] });
  const found = { role: known.role, license: known.pool, entity: known.entity }[what](id);
  if (!found) throw new DomainError({ rule: 'unknown', type: kinds[what], id });
  if (what === 'role' && isAdministrative(known.role(id)?.permissions ?? [])) requireMay(asker, 'admins.manage');
  return { what, id: found.id, ...(what === 'entity' && { role: role ?? 'Auditor' }) };
}

const kinds = { role: 'Role', license: 'Entitlement', entity: 'Entity' } as const;

/** Who may not make administrators may not take from them either what a rule gives. */
async function requireReach(ports: RulePorts, asker: Asker, { reach, gives }: MappingRule): Promise<void> {
  if (reach === 'ordinary' || gives.what !== 'role' || gives.id === undefined) return;
  const known = await look(ports.deciding.states, asker.tenant, { role: [gives.id] });
  if (isAdministrative(known.role(gives.id)?.permissions ?? [])) requireMay(asker, 'admins.manage');
}

/**
 * Saves a rule, and begins the job that gives and takes what it changes.
 *
 * @throws DomainError `name-taken`, and as `drafted`
 */
export async function createRule(ports: RulePorts, asker: Asker, draft: RuleDraft): Promise<Saved> {
  const { deciding } = ports;
  const { tenant, order, deadline } = asker;
  if ((await listRules(ports, tenant)).length >= mostRules) throw new Refusal('rule.most', { most: mostRules });
  return untilItHolds(deadline, deciding, async () => {
    const rule = await drafted(ports, asker, draft, deciding.newId());
    const attributes = attributesOf(rule);
    const job = settling(deciding, [rule]);
    const { version } = await deciding.work.commit(
      {
        tenant,
        creates: { id: rule.id, tenant, kind, owner: undefined, name: rule.name, externalIds: {}, attributes },
        relies: reliesOf(rule),
        starts: [job],
        entry: { order, operation: 'create', kind, resource: rule.id, differences: differences({}, attributes) },
      },
      deadline,
    );
    return { rule, version, job: job.id };
  });
}

/**
 * Changes a rule; what is not named stays.
 *
 * @throws DomainError `unknown`, `changed`, `name-taken`, and as `drafted`
 */
export function changeRule(
  ports: RulePorts,
  asker: Asker,
  id: string,
  change: Partial<RuleDraft>,
  onlyAt?: number,
): Promise<Saved> {
  const { deciding } = ports;
  return untilItHolds(asker.deadline, deciding, async () => {
    const before = await requireAt(ports, asker, id, onlyAt);
    const old = ruleFrom(before);
    const rule = await drafted(ports, asker, { ...old, ...change }, id);
    const revising = revision(before, rule, asker);
    if (!revising) return { rule: old, version: before.version, job: undefined };
    const job = settling(deciding, [old, rule]);
    const { version } = await deciding.work.commit({ ...revising, starts: [job] }, asker.deadline);
    return { rule, version, job: job.id };
  });
}

/**
 * Puts the rules of a connection in an order.
 *
 * @returns the job; undefined where they were in it before
 * @throws Refusal where the ids are not those of all its rules
 */
export function orderRules(
  ports: RulePorts,
  asker: Asker,
  connection: string,
  ids: readonly string[],
): Promise<string | undefined> {
  const { deciding } = ports;
  return untilItHolds(asker.deadline, deciding, async () => {
    const rules = (await listRules(ports, asker.tenant)).filter((rule) => rule.connection === connection);
    const isAll = rules.length === ids.length && rules.every(({ id }) => ids.includes(id));
    if (!isAll) throw new Refusal('rule.order', { count: rules.length });
    const moved: { readonly old: MappingRule; readonly change: Change }[] = [];
    for (const [at, id] of ids.entries()) {
      const before = await readRule(ports, asker.tenant, id);
      const old = ruleFrom(before);
      const change = revision(before, { ...old, position: at + 1 }, asker);
      if (change) moved.push({ old, change });
      if (change) await requireReach(ports, asker, old);
    }
    const [first, ...others] = moved;
    if (!first) return undefined;
    const job = settling(
      deciding,
      moved.map(({ old }) => old),
    );
    const changes = [{ ...first.change, starts: [job] }, ...others.map(({ change }) => change)];
    await deciding.work.commitAll(changes, asker.deadline);
    return job.id;
  });
}

/**
 * Removes a rule, and begins the job that takes what it gave.
 *
 * @returns the job
 * @throws DomainError `unknown`, `changed`, `not-allowed`
 */
export function removeRule(ports: RulePorts, asker: Asker, id: string, onlyAt?: number): Promise<string> {
  const { deciding } = ports;
  const { tenant, order, deadline } = asker;
  return untilItHolds(deadline, deciding, async () => {
    const state = await requireAt(ports, asker, id, onlyAt);
    const job = settling(deciding, [ruleFrom(state)]);
    await deciding.work.commit(
      {
        tenant,
        removes: { state, leaves: [], edges: 0 },
        relies: [],
        starts: [job],
        entry: { order, operation: 'remove', kind, resource: id, differences: differences(state.attributes, {}) },
      },
      deadline,
    );
    return job.id;
  });
}

async function requireAt(ports: RulePorts, asker: Asker, id: string, onlyAt: number | undefined): Promise<State> {
  const state = await readRule(ports, asker.tenant, id);
  if (onlyAt !== undefined && state.version !== onlyAt) throw new DomainError({ rule: 'changed', type: kind, id });
  await requireReach(ports, asker, ruleFrom(state));
  return state;
}

function revision(before: State, rule: MappingRule, { tenant, order }: Asker): Change | undefined {
  const attributes = attributesOf(rule);
  const rows = differences(before.attributes, attributes);
  if (rows.length === 0) return undefined;
  return {
    tenant,
    revises: { before, after: { ...before, name: rule.name, attributes } },
    relies: reliesOf(rule),
    entry: { order, operation: 'revise', kind, resource: rule.id, differences: rows },
  };
}

const attributesOf = ({ id: _, ...rule }: MappingRule): Attributes => rule;

const reliesOf = ({ gives }: MappingRule): readonly string[] => (gives.id === undefined ? [] : [gives.id]);

const settling = ({ newId }: Deciding, rules: readonly MappingRule[]): NewJob => ({
  id: newId(),
  kind: 'settle-rules',
  argument: rulesArgument(rules),
});
