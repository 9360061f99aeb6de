import { said, type Key, type Said, type Sentence } from '../../words/say.ts';

/** Everything that a doctor can find, each with how bad it is: an error keeps something from working. */
export const severities = {
  settings: 'error',
  'database-away': 'error',
  standalone: 'error',
  'mongodb-old': 'error',
  'schema-newer': 'error',
  'half-restored': 'error',
  'index-missing': 'error',
  'member-away': 'warning',
  'clock-apart': 'warning',
  'url-underscore': 'error',
  'url-plain': 'error',
  'url-loopback': 'error',
  'url-other': 'warning',
  'certificate-expired': 'error',
  'certificate-expiring': 'warning',
  'rate-unlimited': 'warning',
  'workers-above-cores': 'warning',
  'metrics-open': 'warning',
  'folder-open': 'error',
  'disk-full': 'error',
  'tenant-none': 'warning',
  'primary-admin-none': 'warning',
  'connection-none': 'warning',
  'connection-paused': 'warning',
  'connection-unused': 'warning',
  'connection-silent': 'warning',
  'token-none': 'error',
  'token-expiring': 'warning',
  'seats-exhausted': 'warning',
  'people-waiting': 'warning',
  'rule-idle': 'warning',
  'rule-void': 'error',
  'pool-unknown': 'error',
  'language-unknown': 'error',
  'schema-withdrawn': 'warning',
  'server-away': 'error',
  'entra-test': 'error',
  'okta-test': 'error',
} as const satisfies Readonly<Record<string, 'error' | 'warning'>>;

/** Names what was found. */
export type Code = keyof typeof severities;

/** Something that is wrong, and what to do. */
export interface Finding {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  /** The organization that it is about. */
  readonly tenant?: string;
  readonly said: Said;
}

/** A sentence of what was found: a code without one does not compile. */
type Found = Extract<Sentence, readonly [key: `doctor.${Code}` & Key, ...unknown[]]>;

/** Something that was found. */
export function found(...sentence: Found): Finding {
  const code = sentence[0].slice('doctor.'.length) as Code;
  return { code, severity: severities[code], said: said(...sentence) };
}
