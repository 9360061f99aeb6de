import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { instantFrom } from '../../domain/history.ts';
import { said, type Said } from '../../words/say.ts';
import { problem, type Fault } from './problems.ts';
import { object, type Members, type Schema } from './schema.ts';

/** RFC 3339, with seconds and offset. */
const instant = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;

const formats = {
  'date-time': (value: string) => instant.test(value) && !Number.isNaN(Date.parse(value)),
  'date-or-date-time': (value: string) => instantFrom(value) !== undefined,
  email: /^[^\s@]{1,64}@[^\s@]{1,255}$/,
  uri: (value: string) => URL.canParse(value),
  timezone: isTimezone,
};

const options = { allErrors: true, useDefaults: true, strictTypes: false, strictRequired: false, formats } as const;

/** A name of a time zone that there is (IANA). */
function isTimezone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Values of a query are texts, and one that may come several times may come once. */
const forTexts = new Ajv2020({ ...options, coerceTypes: 'array' });
const forJson = new Ajv2020(options);
for (const ajv of [forTexts, forJson]) ajv.addKeyword('example');

/** Checks the parts of a request; a part that passes has its defaults filled in. */
export interface Checks {
  /** @throws Problem `invalid`, with every fault; `body-missing`, `body-unexpected` */
  readonly check: (params: object, query: object, body: unknown) => void;
}

/** The checks of a route's schemas, compiled once. */
export function checksOf(params: Members, query: Members, body: Schema | undefined): Checks {
  const ofParams = forTexts.compile(object({}, params, { additionalProperties: { type: 'string', maxLength: 1_000 } }));
  const ofQuery = forTexts.compile(object({}, query));
  const ofBody = body && forJson.compile(body);
  return {
    check(givenParams, givenQuery, givenBody) {
      if (ofBody && givenBody === undefined) throw problem('body-missing', {});
      if (!ofBody && givenBody !== undefined) throw problem('body-unexpected', {});
      const errors = [
        ...faults(ofParams, givenParams, '/params'),
        ...faults(ofQuery, givenQuery, '/query'),
        ...(ofBody ? faults(ofBody, givenBody, '/body') : []),
      ];
      if (errors.length > 0) throw problem('invalid', {}, { errors });
    },
  };
}

/** What a schema finds wrong with a value, in the words of its keywords. */
export const faultsOf = (schema: Schema): ((value: unknown) => readonly Fault[]) => {
  const validate = forJson.compile(schema);
  return (value) => faults(validate, value, '');
};

const most = 100;

function faults(validate: ValidateFunction, value: unknown, at: string): Fault[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).slice(0, most).map((error) => ({
    path: at + error.instancePath + memberOf(error),
    said: saidOf(error),
  }));
}

/** The member that is missing or too many, which ajv tells of at the object that it belongs to. */
function memberOf({ keyword, params }: ErrorObject): string {
  const { missingProperty, additionalProperty } = params as Readonly<Record<string, unknown>>;
  const name = keyword === 'required' ? missingProperty : keyword === 'additionalProperties' ? additionalProperty : '';
  return typeof name === 'string' && name !== ''
    ? `/${name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`
    : '';
}

/** What there is a sentence for, by the keyword that was not kept. */
function saidOf({ keyword, params }: ErrorObject): Said {
  const { allowedValues, limit, type, format, pattern } = params as Readonly<Record<string, unknown>>;
  if (isBound(keyword)) return said(`fault.${keyword}`, { limit: Number(limit) });
  switch (keyword) {
    case 'required':
    case 'additionalProperties':
    case 'uniqueItems':
      return said(`fault.${keyword}`);
    case 'enum':
      return said('fault.enum', { allowed: (allowedValues as readonly unknown[]).map(String) });
    case 'type':
      return said('fault.type', { type: String(type) });
    case 'format':
      return said('fault.format', { format: String(format) });
    case 'pattern':
      return said('fault.pattern', { pattern: String(pattern) });
    default:
      return said('fault.other');
  }
}

const bounds = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'] as const;

const isBound = (keyword: string): keyword is (typeof bounds)[number] =>
  (bounds as readonly string[]).includes(keyword);
