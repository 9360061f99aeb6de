import { Stale, type Change } from '../domain/changes.ts';
import { untilItHolds, type Deciding } from '../domain/deciding.ts';
import { DomainError } from '../domain/errors.ts';
import { differences, type Difference, type Order } from '../domain/journal.ts';
import { look } from '../domain/known.ts';
import type { Pool } from '../domain/seats.ts';
import { settingsFrom, type Settings } from '../domain/settings.ts';
import type { Attributes, State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { Commission } from './commission.ts';
import { Refusal } from './errors.ts';

const kind = 'Settings';
const name = 'settings';

/** An organization's settings, with their version; 0 where it has chosen nothing. */
export interface KeptSettings {
  readonly settings: Settings;
  readonly version: number;
}

/** What is to be chosen anew; `null` takes a choice back. */
export type SettingsChange = { readonly [Name in keyof Settings]?: Settings[Name] | null };

type Reading = Pick<Deciding, 'states'>;

/** What an organization has chosen, the defaults where it has not. */
export async function readSettings({ states }: Reading, tenant: TenantId): Promise<KeptSettings> {
  const state = await stateOf(states, tenant);
  return { settings: settingsFrom(state?.attributes ?? {}), version: state?.version ?? 0 };
}

const stateOf = async (states: Reading['states'], tenant: TenantId): Promise<State | undefined> =>
  (await states.some(tenant, [{ kind, name }])).find((state) => state.kind === kind);

/**
 * Changes what an organization has chosen; what is not named stays.
 *
 * @param onlyAt holds only while the settings have that version
 * @throws Refusal where the choices do not go together; DomainError `unknown` for a license pool; `changed`
 */
export function changeSettings(
  deciding: Pick<Deciding, 'states' | 'work' | 'newId' | 'clock' | 'pause'>,
  { tenant, order, deadline }: Commission,
  change: SettingsChange,
  onlyAt?: number,
): Promise<KeptSettings> {
  const { states, work } = deciding;
  return untilItHolds(deadline, deciding, async () => {
    const before = await stateOf(states, tenant);
    const version = before?.version ?? 0;
    if (onlyAt !== undefined && onlyAt !== version) throw new DomainError({ rule: 'changed', type: kind, id: name });
    const was = before?.attributes ?? {};
    const attributes = { ...merged(was, await withPools(states, tenant, change)), name };
    const settings = settingsFrom(attributes);
    requireTogether(settings);
    const rows = differences(was, attributes);
    if (before && rows.length === 0) return { settings, version };
    const decided = before
      ? revising(order, before, attributes, rows)
      : creating(order, tenant, deciding.newId(), attributes, rows);
    const committed = await work.commit(decided, deadline).catch((error: unknown) => {
      throw isTaken(error) ? new Stale('settings were chosen for the first time meanwhile') : error;
    });
    return { settings, version: committed.version };
  });
}

type Rows = readonly Difference[];

const revising = (order: Order, before: State, attributes: Attributes, rows: Rows): Change => ({
  tenant: before.tenant,
  revises: { before, after: { ...before, attributes } },
  relies: [],
  entry: { order, operation: 'revise', kind, resource: before.id, differences: rows },
});

const creating = (order: Order, tenant: TenantId, id: string, attributes: Attributes, rows: Rows): Change => ({
  tenant,
  creates: { id, tenant, kind, owner: undefined, name, externalIds: {}, attributes },
  relies: [],
  entry: { order, operation: 'create', kind, resource: id, differences: rows },
});

/** The attributes with the changes; a choice that is taken back is no longer there. */
function merged(attributes: Attributes, change: SettingsChange): Attributes {
  const all: Attributes = { ...attributes, ...change };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null && value !== undefined));
}

/** The change with license pools by their ids, however they were named. */
async function withPools(
  states: Reading['states'],
  tenant: TenantId,
  { downgradeTo, defaultLicense, ...change }: SettingsChange,
): Promise<SettingsChange> {
  const known = await look(states, tenant, { license: [downgradeTo, defaultLicense].filter(isText) });
  const pool = (named: string): Pool => {
    const found = known.pool(named);
    if (!found) throw new DomainError({ rule: 'unknown', type: 'Entitlement', id: named });
    return found;
  };
  const fallback = isText(downgradeTo) ? pool(downgradeTo) : undefined;
  if (fallback?.seats !== undefined) throw new Refusal('settings.not-free', { name: fallback.name });
  return {
    ...change,
    ...(downgradeTo !== undefined && { downgradeTo: fallback?.id ?? null }),
    ...(defaultLicense !== undefined && { defaultLicense: isText(defaultLicense) ? pool(defaultLicense).id : null }),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';

function requireTogether({ languages, defaultLanguage, seatPolicy, downgradeTo }: Settings): void {
  if (!languages.includes(defaultLanguage))
    throw new Refusal('settings.default-language', { language: defaultLanguage, languages });
  if (seatPolicy === 'downgrade' && downgradeTo === undefined) throw new Refusal('settings.downgrade-to-what');
}

const isTaken = (error: unknown): boolean => error instanceof DomainError && error.violation.rule === 'name-taken';
