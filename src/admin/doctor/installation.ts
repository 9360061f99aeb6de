import type { DatabaseFacts } from '../../domain/diagnosis.ts';
import { found, type Finding } from './finding.ts';

/** What is seen of the settings and of the machine. */
export interface MachineFacts {
  readonly publicUrl: string;
  /** Whether the server listens for other machines than this one. */
  readonly listens: 'here' | 'everywhere';
  readonly rateLimit: number | undefined;
  readonly workers: number;
  readonly cores: number;
  /** Where metrics are shown without asking who wants them. */
  readonly metrics: 'nowhere' | 'here' | 'everywhere';
  /** When the certificate ends. */
  readonly certificateUntil: Date | undefined;
  /** Files and folders with secrets that others than their owner may read. */
  readonly open: readonly string[];
  /** Of the disk of the embedded database; undefined where there is none. */
  readonly disk: { readonly folder: string; readonly free: number; readonly size: number } | undefined;
}

const day = 86_400_000;
const oldest = 6;

/** What is wrong with settings and machine. */
export const machineFindings = (facts: MachineFacts, now: Date): readonly Finding[] => [
  ...urlFindings(facts),
  ...certificateFindings(facts, now),
  ...(facts.rateLimit === undefined ? [found('doctor.rate-unlimited')] : []),
  ...(facts.workers > facts.cores
    ? [found('doctor.workers-above-cores', { workers: facts.workers, cores: facts.cores })]
    : []),
  ...(facts.metrics === 'everywhere' ? [found('doctor.metrics-open')] : []),
  ...facts.open.map((file) => found('doctor.folder-open', { file })),
  ...diskFindings(facts.disk),
];

function urlFindings({ publicUrl, listens }: MachineFacts): Finding[] {
  const { protocol, hostname } = new URL(publicUrl);
  const isHere = loopbacks.has(hostname) || /^127\./.test(hostname);
  return [
    ...(hostname.includes('_') ? [found('doctor.url-underscore', { url: publicUrl })] : []),
    ...(protocol === 'http:' && !isHere ? [found('doctor.url-plain', { url: publicUrl })] : []),
    ...(isHere && listens === 'everywhere' ? [found('doctor.url-loopback', { url: publicUrl })] : []),
  ];
}

const loopbacks: ReadonlySet<string> = new Set(['localhost', '[::1]']);

function certificateFindings({ certificateUntil: until }: MachineFacts, now: Date): Finding[] {
  if (until === undefined) return [];
  const left = Math.floor((until.getTime() - now.getTime()) / day);
  if (left < 0) return [found('doctor.certificate-expired', { at: until.toISOString().slice(0, 10) })];
  return left < 30 ? [found('doctor.certificate-expiring', { count: left })] : [];
}

const gibibyte = 2 ** 30;

/** Less than a tenth of it is little on a small disk, less than two GiB on any. */
function diskFindings(disk: MachineFacts['disk']): Finding[] {
  if (!disk || disk.free >= Math.max(2 * gibibyte, Math.min(disk.size / 10, 20 * gibibyte))) return [];
  return [found('doctor.disk-full', { folder: disk.folder, free: (disk.free / gibibyte).toFixed(1) })];
}

/** What is wrong with the database. */
export const databaseFindings = (facts: DatabaseFacts, { publicUrl }: Pick<MachineFacts, 'publicUrl'>): Finding[] => [
  ...(facts.kind === 'standalone' ? [found('doctor.standalone')] : []),
  ...(Number(facts.version.split('.')[0]) < oldest
    ? [found('doctor.mongodb-old', { version: facts.version, oldest: `${String(oldest)}.0` })]
    : []),
  ...facts.unreachable.map((member) => found('doctor.member-away', { member })),
  ...(Math.abs(facts.clockAheadMs) > 1_000
    ? [found('doctor.clock-apart', { seconds: (Math.abs(facts.clockAheadMs) / 1_000).toFixed(1) })]
    : []),
  ...(facts.halfRestored ? [found('doctor.half-restored')] : []),
  ...schemaFindings(facts),
  ...(facts.noted !== undefined && facts.noted !== publicUrl
    ? [found('doctor.url-other', { noted: facts.noted, url: publicUrl })]
    : []),
];

/** What a newer Rollcall has made is for that one to judge. */
function schemaFindings({ schema, missingIndexes }: DatabaseFacts): Finding[] {
  if (schema.found !== undefined && schema.found > schema.known)
    return [found('doctor.schema-newer', { found: schema.found, known: schema.known })];
  return missingIndexes.map((index) => found('doctor.index-missing', { index }));
}
