import { accessSync, constants, readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';
import { userCache } from './mongod/cache.ts';
import type { LogLevel } from './log.ts';

/** Every setting, its default and its meaning. README's table is printed from this. */
export const environment = {
  type: 'object',
  properties: {
    HOST: {
      type: 'string',
      minLength: 1,
      default: '127.0.0.1',
      description: 'Address to listen on. Beyond loopback it needs `TLS_CERT` and `TLS_KEY`, or `TRUST_PROXY`',
    },
    PORT: { type: 'integer', minimum: 0, maximum: 65535, default: 8080, description: 'TCP port to listen on' },
    PUBLIC_URL: {
      type: 'string',
      description:
        'Base of every URL that clients are given, without `/scim/v2`; absent: made from `HOST` and `PORT`. The Host header of a request is never used',
    },
    MONGODB_URI: {
      type: 'string',
      pattern: '^mongodb(\\+srv)?://',
      description: 'MongoDB connection string of a replica set, 6.0 or newer; absent: the embedded single node',
    },
    DATA_DIR: {
      type: 'string',
      minLength: 1,
      default: './data',
      description: 'Folder of the embedded MongoDB and of `first-run.json`',
    },
    MONGOD_BINARY: {
      type: 'string',
      description: 'The mongod for the embedded MongoDB; absent: the one on PATH, one fetched earlier, or a download',
    },
    MONGOMS_SYSTEM_BINARY: {
      type: 'string',
      description: "mongodb-memory-server's name for `MONGOD_BINARY`, which goes before it",
    },
    XDG_CACHE_HOME: {
      type: 'string',
      description: 'Folder in which a downloaded mongod is kept; absent: `.cache` in the home folder',
    },
    TLS_CERT: {
      type: 'string',
      description: 'PEM file of the certificate, with its chain; serves HTTPS with `TLS_KEY`',
    },
    TLS_KEY: { type: 'string', description: "PEM file of the certificate's private key" },
    TRUST_PROXY: {
      type: 'string',
      description:
        'Addresses and subnets of the proxies that end TLS in front of the server, separated by commas: `10.0.0.7,172.16.0.0/12`, or `loopback`, `linklocal`, `uniquelocal`',
    },
    CORS_ORIGINS: {
      type: 'string',
      default: 'https://scimvalidator.microsoft.com',
      description: 'Origins whose pages may call SCIM from a browser, separated by commas; `none` for no page',
    },
    SCIM_RATE_LIMIT: {
      type: 'integer',
      minimum: 0,
      maximum: 1_000_000,
      default: 250,
      description:
        'Requests a second that each connection may send on average, four times as many at once after a rest, through all processes together; beyond it they are answered 429. An operation of a Bulk counts as a request; `0`: no limit',
    },
    WORKERS: {
      type: 'integer',
      minimum: 1,
      maximum: 256,
      default: 1,
      description: 'Server processes on `PORT`, supervised by one more: as many as this machine has cores to give',
    },
    METRICS_PORT: {
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      description: 'TCP port of `/metrics` (Prometheus) and of the probes, without authentication; absent: none',
    },
    METRICS_HOST: {
      type: 'string',
      minLength: 1,
      default: '127.0.0.1',
      description: 'Address on which `METRICS_PORT` is served: one that only your monitoring reaches',
    },
    LOG_LEVEL: {
      type: 'string',
      enum: ['debug', 'info', 'warn', 'error'],
      default: 'info',
      description: 'Least severe level logged',
    },
  },
} as const;

/** The locale of whoever types commands, as POSIX finds it: the first that is set and not empty. */
export const locale = (env: Readonly<Record<string, string | undefined>> = process.env): string | undefined =>
  [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((name) => name !== undefined && name !== '');

/** The settings, checked. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly mongodbUri: string | undefined;
  readonly dataDir: string;
  readonly mongodBinary: string | undefined;
  readonly cacheDir: string;
  /** The PEM texts. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly trustProxy: readonly string[];
  readonly corsOrigins: readonly string[];
  /** Requests a second of each connection; none where there is no limit. */
  readonly rateLimit: number | undefined;
  /** How many processes serve. */
  readonly workers: number;
  /** Where metrics are shown, if anywhere. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
  readonly logLevel: LogLevel;
  /** What programs that we start are given: the environment without our secrets. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
}

/** Settings that are wrong, each named with what is expected of it; their values are not shown. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

type Properties = typeof environment.properties;

type Value<Property> = Property extends { readonly type: 'integer' } ? number : string;

type Settings = {
  readonly [Name in keyof Properties]: Properties[Name] extends { readonly default: unknown }
    ? Value<Properties[Name]>
    : Value<Properties[Name]> | undefined;
};

const secrets = new Set(['MONGODB_URI', 'TLS_KEY']);

const check = new Ajv({ coerceTypes: true, useDefaults: true, allErrors: true }).compile(environment);

/** The settings of this process. */
export const config = (): Config => loadConfig(process.env);

/**
 * Reads the settings; an empty one counts as absent.
 *
 * @throws ConfigError that names every wrong setting
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.keys(environment.properties).flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  const candidate: Record<string, unknown> = Object.fromEntries(given);
  const problems = check(candidate) ? [] : (check.errors ?? []).map(problemOf);
  const settings = candidate as unknown as Settings;

  const tls = readTls(settings, problems);
  const trustProxy = listOf(settings.TRUST_PROXY);
  const corsOrigins = settings.CORS_ORIGINS === 'none' ? [] : listOf(settings.CORS_ORIGINS);
  if (!trustProxy.every(isProxy)) problems.push('TRUST_PROXY: must list addresses and subnets, separated by commas');
  if (!corsOrigins.every(isOrigin)) problems.push('CORS_ORIGINS: must list origins (https://name), or be none');
  if (!isLoopback(settings.HOST) && !hasTls(settings) && trustProxy.length === 0) {
    problems.push('HOST: beyond loopback needs TLS_CERT and TLS_KEY, or TRUST_PROXY where a proxy ends TLS');
  }
  const publicUrl = publicUrlOf(settings, problems);
  if (problems.length > 0) throw new ConfigError(problems);

  return Object.freeze({
    host: settings.HOST,
    port: settings.PORT,
    publicUrl,
    mongodbUri: settings.MONGODB_URI,
    dataDir: resolve(settings.DATA_DIR),
    mongodBinary: settings.MONGOD_BINARY ?? settings.MONGOMS_SYSTEM_BINARY,
    cacheDir: userCache(env, homedir()),
    tls,
    trustProxy: Object.freeze(trustProxy),
    corsOrigins: Object.freeze(corsOrigins),
    rateLimit: settings.SCIM_RATE_LIMIT === 0 ? undefined : settings.SCIM_RATE_LIMIT,
    workers: settings.WORKERS,
    metrics: metricsPlace(settings),
    logLevel: settings.LOG_LEVEL as LogLevel,
    inherited: Object.freeze(Object.fromEntries(Object.entries(env).filter(([name]) => !secrets.has(name)))),
  });
}

function problemOf({ instancePath, message = '', params }: ErrorObject): string {
  const { allowedValues } = params as { allowedValues?: readonly string[] };
  return `${instancePath.slice(1)}: ${message}${allowedValues ? `: ${allowedValues.join(', ')}` : ''}`;
}

const hasTls = ({ TLS_CERT, TLS_KEY }: Settings): boolean => TLS_CERT !== undefined && TLS_KEY !== undefined;

function readTls({ TLS_CERT, TLS_KEY }: Settings, problems: string[]): Config['tls'] {
  if (TLS_CERT === undefined && TLS_KEY === undefined) return undefined;
  if (TLS_CERT === undefined) problems.push('TLS_CERT: must be there when TLS_KEY is');
  if (TLS_KEY === undefined) problems.push('TLS_KEY: must be there when TLS_CERT is');
  const cert = readPem('TLS_CERT', TLS_CERT, problems);
  const key = readPem('TLS_KEY', TLS_KEY, problems);
  if (cert === undefined || key === undefined) return undefined;
  try {
    createSecureContext({ cert, key });
  } catch {
    problems.push('TLS_CERT, TLS_KEY: must be PEM files of a certificate and its own private key');
  }
  return Object.freeze({ cert, key });
}

function readPem(name: string, file: string | undefined, problems: string[]): string | undefined {
  if (file === undefined) return undefined;
  try {
    accessSync(file, constants.R_OK);
    return readFileSync(file, 'utf8');
  } catch {
    problems.push(`${name}: must name a file that can be read`);
    return undefined;
  }
}

const metricsPlace = ({ METRICS_HOST, METRICS_PORT }: Settings): Config['metrics'] =>
  METRICS_PORT === undefined ? undefined : Object.freeze({ host: METRICS_HOST, port: METRICS_PORT });

function publicUrlOf({ PUBLIC_URL, HOST, PORT, TLS_CERT }: Settings, problems: string[]): string {
  if (PUBLIC_URL === undefined) {
    const host = isIP(HOST) === 6 ? `[${HOST}]` : HOST;
    return `${TLS_CERT === undefined ? 'http' : 'https'}://${host}:${String(PORT)}`;
  }
  const url = URL.canParse(PUBLIC_URL) ? new URL(PUBLIC_URL) : undefined;
  const isBase = url && /^https?:$/.test(url.protocol) && !/[?#]/.test(PUBLIC_URL) && !url.username && !url.password;
  if (!isBase) {
    problems.push('PUBLIC_URL: must be an absolute http or https URL without query, fragment and credentials');
    return '';
  }
  return url.href.replace(/(?<!\/)\/+$/, '');
}

const listOf = (text: string | undefined): string[] =>
  text === undefined ? [] : text.split(',').map((one) => one.trim());

const namedNets = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** An address, a subnet or the name of one; never a number of hops, and never everyone. */
function isProxy(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return namedNets.has(text);
  return prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether a host is this machine alone. */
export const isLoopback = (host: string): boolean =>
  host.toLowerCase() === 'localhost' || (isIP(host) !== 0 && loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4'));
