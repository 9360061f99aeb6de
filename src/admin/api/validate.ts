import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { Problem, type Fault } from './problems.ts';
import { object, type Members, type Schema } from './schema.ts';

/** RFC 3339, with seconds and offset. */
const instant = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;

const formats = {
  'date-time': (value: string) => instant.test(value) && !Number.isNaN(Date.parse(value)),
  email: /^[^\s@]{1,64}@[^\s@]{1,255}$/,
  uri: (value: string) => URL.canParse(value),
};

const options = { allErrors: true, useDefaults: true, strictTypes: false, strictRequired: false, formats } as const;

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
      if (ofBody && givenBody === undefined) throw new Problem('body-missing');
      if (!ofBody && givenBody !== undefined) throw new Problem('body-unexpected');
      const errors = [
        ...faults(ofParams, givenParams, '/params'),
        ...faults(ofQuery, givenQuery, '/query'),
        ...(ofBody ? faults(ofBody, givenBody, '/body') : []),
      ];
      if (errors.length > 0) throw new Problem('invalid', { errors });
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
    message: messageOf(error),
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

function messageOf({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'required':
      return 'is missing';
    case 'additionalProperties':
      return 'is not known here';
    case 'enum':
      return `must be one of: ${(params as { readonly allowedValues: readonly unknown[] }).allowedValues.join(', ')}`;
    default:
      return message ?? keyword;
  }
}
