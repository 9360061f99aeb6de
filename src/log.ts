import { createLogger, format, transports } from 'winston';

/** From the most to the least severe: someone must act now; someone will have to; one line per request; off. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** All that a line may have beside its message. What is not here is not logged: no query, body, token, personal data. */
const fields = [
  'requestId',
  'tenant',
  'connection',
  'route',
  'status',
  'durationMs',
  'aborted',
  'operation',
  'resourceType',
  'count',
  'attempt',
  'delayMs',
  'reason',
  'signal',
  'setting',
  'url',
  'host',
  'port',
  'pid',
  'exitCode',
  'version',
  'file',
] as const;

/** What a line may have beside its message. */
export type LogFields = Readonly<Partial<Record<(typeof fields)[number], string | number | boolean | undefined>>> & {
  /** Only its name, code and stack frames are logged: messages quote input. */
  readonly error?: unknown;
};

type Write = (message: string, fields?: LogFields) => void;

/** Where log lines go. A message is a sentence that holds nothing of a request. */
export type Log = Readonly<Record<LogLevel, Write>>;

/** Where the text of the lines goes: a terminal gets lines for people, anything else JSON. */
export type LogOutput = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** A log of everything that is at least as severe as the level. */
export function createLog(level: LogLevel, output: LogOutput): Log {
  const logger = createLogger({
    level,
    levels: Object.fromEntries(logLevels.map((name, severity) => [name, severity])),
    format: output.isTTY === true ? forPeople : forMachines,
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston declares its transports as interfaces
    transports: [new transports.Stream({ stream: output, eol: '\n' })],
  });
  const write =
    (severity: LogLevel): Write =>
    (message, given = {}) => {
      const kept = fields.filter((name) => given[name] !== undefined).map((name) => [name, given[name]] as const);
      const fault = given.error === undefined ? {} : faultOf(given.error);
      logger.log({ level: severity, message, ...Object.fromEntries(kept), ...fault });
    };
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}

const now = (): string => new Date().toISOString();

/** One line of JSON. Winston's own format of that name takes more than twice as long: it sorts what it writes. */
const forMachines = format.printf((line) => JSON.stringify({ timestamp: now(), ...line }));

/** `12:30:01.123 info  request route="GET /scim/v2/Users" status=200`, with the stack on lines of its own. */
const forPeople = format.printf(({ level, message, stack, ...rest }) => {
  const time = now().slice(11, 23);
  const shown = Object.entries(rest).map(([name, value]) => ` ${name}=${plain(value)}`);
  const frames = typeof stack === 'string' ? `\n${stack}` : '';
  return `${time} ${level.padEnd(5)} ${String(message)}${shown.join('')}${frames}`;
});

const plain = (value: unknown): string => {
  const text = String(value);
  return /^[\w.:/-]+$/.test(text) ? text : JSON.stringify(text);
};

const maxCauses = 4;

/** What can be told of an error without its message: its name and code, those of its causes, and its stack's frames. */
function faultOf(error: unknown): { error: string; stack?: string } {
  const names: string[] = [];
  for (let cause = error; cause !== undefined && names.length < maxCauses; cause = causeOf(cause)) {
    names.push(nameOf(cause));
  }
  const frames = framesOf(error);
  return { error: names.join(' < '), ...(frames !== '' && { stack: frames }) };
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined);

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { name, code } = error as Error & { code?: unknown };
  const isShort = (typeof code === 'string' || typeof code === 'number') && /^[\w.-]{1,64}$/.test(String(code));
  return `${/^\w{1,64}$/.test(name) ? name : 'Error'}${isShort ? `(${String(code)})` : ''}`;
}

function framesOf(error: unknown): string {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return '';
  const { stack, message } = error;
  // A message may have lines that look like frames.
  const end = stack.indexOf(message);
  const frames = (end < 0 ? stack : stack.slice(end + message.length)).split('\n');
  return frames
    .filter((line) => /^ +at /.test(line))
    .slice(0, 20)
    .join('\n');
}
