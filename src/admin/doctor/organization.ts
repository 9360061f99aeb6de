import type { Connection } from '../../domain/connections.ts';
import type { PoolFacts, TenantFacts } from '../../domain/diagnosis.ts';
import { stateOf } from '../../domain/tokens.ts';
import { found, type Finding } from './finding.ts';

const day = 86_400_000;
const warnedDays = 30;
/** So long a new connection may wait for the identity provider to be set up, */
const patienceDays = 1;
/** and so long one that was used may be silent: Entra asks every forty minutes, Okta when somebody changes. */
const silenceDays = 30;

/** What is wrong in one organization. */
export const tenantFindings = (facts: TenantFacts, now: Date): readonly Finding[] =>
  [
    ...(facts.primaryAdmins < 1 ? [found('doctor.primary-admin-none')] : []),
    ...(facts.connections.length === 0 ? [found('doctor.connection-none')] : []),
    ...facts.connections.flatMap((connection) => connectionFindings(connection, facts, now)),
    ...facts.pools.flatMap(poolFindings),
    ...ruleFindings(facts),
    ...settingFindings(facts),
    ...facts.withdrawn.map((schema) => found('doctor.schema-withdrawn', { schema })),
  ].map((finding) => ({ ...finding, tenant: facts.name }));

function connectionFindings({ id, name, paused, createdAt }: Connection, facts: TenantFacts, now: Date): Finding[] {
  const tokens = facts.tokens.filter(({ connection }) => connection === id);
  const live = tokens.filter((token) => stateOf(token, now) === 'live');
  const used = Math.max(-Infinity, ...tokens.map(({ lastUsedAt }) => lastUsedAt?.getTime() ?? -Infinity));
  const silence = (now.getTime() - used) / day;
  const left = Math.floor((Math.max(...live.map(({ expiresAt }) => expiresAt.getTime())) - now.getTime()) / day);
  const use =
    used === -Infinity
      ? isOlder(createdAt, patienceDays, now) && [found('doctor.connection-unused', { name })]
      : silence > silenceDays && [found('doctor.connection-silent', { name, count: Math.floor(silence) })];
  return [
    ...(paused ? [found('doctor.connection-paused', { name })] : []),
    ...(live.length === 0 ? [found('doctor.token-none', { name })] : []),
    ...(live.length > 0 && left < warnedDays ? [found('doctor.token-expiring', { name, count: left })] : []),
    // Of one that is paused, or lets nobody in, silence is no news.
    ...(paused || live.length === 0 ? [] : use || []),
  ];
}

const isOlder = (createdAt: Date, days: number, now: Date): boolean => now.getTime() - createdAt.getTime() > days * day;

function poolFindings({ name, seats: { value, most }, waiting }: PoolFacts): Finding[] {
  return [
    ...(most !== undefined && value >= most ? [found('doctor.seats-exhausted', { name, count: most })] : []),
    ...(waiting > 0 ? [found('doctor.people-waiting', { name, count: waiting })] : []),
  ];
}

const ruleFindings = ({ rules, connections }: TenantFacts): Finding[] =>
  rules.flatMap(({ name, connection: id, matches, gives }) => {
    const connection = connections.find((one) => one.id === id)?.name;
    if (connection === undefined || gives === 'nothing') return [found('doctor.rule-void', { name })];
    return matches ? [] : [found('doctor.rule-idle', { name, connection })];
  });

function settingFindings({ settings, pools }: TenantFacts): Finding[] {
  const { downgradeTo, defaultLicense, languages, defaultLanguage } = settings;
  const isPool = (named: string) =>
    pools.some(({ id, name }) => id === named || name.toLowerCase() === named.toLowerCase());
  const named = [
    { setting: 'downgradeTo', pool: downgradeTo },
    { setting: 'defaultLicense', pool: defaultLicense },
  ];
  return [
    ...named.flatMap(({ setting, pool }) =>
      pool !== undefined && !isPool(pool) ? [found('doctor.pool-unknown', { setting, pool })] : [],
    ),
    ...(languages.includes(defaultLanguage)
      ? []
      : [found('doctor.language-unknown', { language: defaultLanguage, languages })]),
  ];
}
