import { expect } from 'chai';
import { demands, leniency } from '../../src/scim/dialects.ts';
import type { ConnectionOption, Demand } from '../../src/scim/dialects.ts';
import { conditions, conforms } from '../../src/scim/interop.ts';
import { registry } from '../../src/scim/schema/registry.ts';
import type { Registry } from '../../src/scim/schema/registry.ts';
import type { Json, JsonObject } from '../../src/scim/types.ts';
import { patched, refusalOf } from '../support/patched.ts';
import { schemaFiles, testRegistry } from '../support/schemas.ts';

const base = 'https://scim.example/scim/v2';

const caller = (dialect: 'lenient' | 'strict', ...options: ConnectionOption[]) => ({
  dialect,
  options: new Set(options),
});

const user: JsonObject = {
  userName: 'mia@corp.example',
  name: { givenName: 'Mia', familyName: 'Lund' },
  emails: [
    { type: 'work', value: 'mia@corp.example' },
    { type: 'work', value: 'mia@old.example' },
    { type: 'home', value: 'mia@home.example' },
  ],
};

interface Case {
  readonly operation: Json;
  /** What the change is where the demand is kept: a refusal, or what the user is. */
  readonly kept: string | JsonObject;
  /** … and where it is not. */
  readonly otherwise: string | JsonObject;
}

const cases: Readonly<Record<Demand, Case>> = {
  everyPath: {
    operation: { op: 'replace', value: { displayName: 'Mia' } },
    kept: '400 invalidSyntax',
    otherwise: { ...user, displayName: 'Mia' },
  },
  unknownPaths: {
    operation: { op: 'replace', path: 'favouriteColour', value: 'blue' },
    kept: '400 invalidSyntax',
    otherwise: '400 invalidPath',
  },
  leafPaths: {
    operation: { op: 'remove', path: 'emails[type eq "work"]' },
    kept: '400 invalidPath',
    otherwise: { ...user, emails: [{ type: 'home', value: 'mia@home.example' }] },
  },
  oneMatch: {
    operation: { op: 'replace', path: 'emails[type eq "work"].display', value: 'Mia' },
    kept: '400 invalidFilter',
    otherwise: {
      ...user,
      emails: [
        { type: 'work', value: 'mia@corp.example', display: 'Mia' },
        { type: 'work', value: 'mia@old.example', display: 'Mia' },
        { type: 'home', value: 'mia@home.example' },
      ],
    },
  },
  wholeReplace: {
    operation: { op: 'replace', path: 'name', value: { familyName: 'Berg' } },
    kept: { ...user, name: { familyName: 'Berg' } },
    otherwise: { ...user, name: { givenName: 'Mia', familyName: 'Berg' } },
  },
};

function outcome(operation: Json, dialect: 'lenient' | 'strict', ...options: ConnectionOption[]): string | JsonObject {
  let result: JsonObject = {};
  const refusal = refusalOf(() => {
    result = patched(user, [operation], leniency(dialect, new Set(options)));
  });
  return refusal === 'accepted' ? result : refusal;
}

/** The registry with one schema or type told otherwise. */
function altered(change: (schemas: JsonObject[], types: JsonObject[]) => void): Registry {
  const copy = (folder: string) => structuredClone(schemaFiles(folder)) as JsonObject[];
  const [schemas, types] = [['core', 'extensions', 'resources'].flatMap(copy), copy('resource-types')];
  change(schemas, types);
  return registry(schemas, types);
}

const attributeOf = (owner: JsonObject | undefined, name: string): JsonObject => {
  const all = (owner?.['attributes'] ?? owner?.['subAttributes']) as JsonObject[];
  const found = all.find((attribute) => attribute['name'] === name);
  if (!found) throw new Error(`No attribute ${name}`);
  return found;
};

const named = (files: JsonObject[], name: string) => files.find((file) => file['name'] === name);

describe('The interoperability profile', () => {
  for (const [demand, { operation, kept, otherwise }] of Object.entries(cases)) {
    it(`${demand}: is kept in strict with the option, and by nobody else`, () => {
      expect(outcome(operation, 'strict', 'interop')).to.deep.equal(kept);
      expect(outcome(operation, 'strict')).to.deep.equal(otherwise);
      expect(outcome(operation, 'strict', 'entraSchemas')).to.deep.equal(otherwise);
      expect(outcome(operation, 'lenient', 'interop')).to.deep.equal(outcome(operation, 'lenient'));
    });
  }

  it('is said to be kept only where each of its demands is', () => {
    expect(Object.keys(cases)).to.deep.equal(Object.keys(demands));
    for (const dialect of ['lenient', 'strict'] as const) {
      for (const options of [[], ['interop'], ['entraSchemas'], ['interop', 'entraSchemas']] as ConnectionOption[][]) {
        const kept = Object.values(cases).filter(
          (one) => JSON.stringify(outcome(one.operation, dialect, ...options)) === JSON.stringify(one.kept),
        );
        const all = kept.length === Object.keys(demands).length && !options.includes('entraSchemas');
        const said = conforms(caller(dialect, ...options), testRegistry(), base);
        expect(said, `${dialect} ${options.join()}`).to.equal(all);
      }
    }
    expect(conforms(caller('strict', 'interop'), testRegistry(), base)).to.equal(true);
  });

  const broken: Readonly<Record<keyof typeof conditions, () => boolean>> = {
    nothingRepaired: () => conforms(caller('lenient', 'interop'), testRegistry(), base),
    wholeSchemas: () => conforms(caller('strict', 'interop', 'entraSchemas'), testRegistry(), base),
    namedTypes: () =>
      conforms(
        caller('strict', 'interop'),
        altered((_, types) => Object.assign(named(types, 'Group') ?? {}, { id: 'groups' })),
        base,
      ),
    canonicalTypes: () =>
      conforms(
        caller('strict', 'interop'),
        altered((schemas) => {
          const emails = attributeOf(named(schemas, 'User'), 'emails');
          delete attributeOf(emails, 'type')['canonicalValues'];
        }),
        base,
      ),
    letterCase: () =>
      conforms(
        caller('strict', 'interop'),
        altered((schemas) => Object.assign(attributeOf(named(schemas, 'Common'), 'externalId'), { caseExact: false })),
        base,
      ),
    transport: () => conforms(caller('strict', 'interop'), testRegistry(), 'http://scim.example/scim/v2'),
  };
  for (const [condition, isSaid] of Object.entries(broken)) {
    it(`is not said to be kept without ${condition}`, () => {
      expect(isSaid()).to.equal(false);
    });
  }

  it('knows of a condition for each of those', () => {
    expect(Object.keys(broken)).to.deep.equal(Object.keys(conditions));
  });

  it('may be kept over plain HTTP within one machine', () => {
    for (const host of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080'])
      expect(conforms(caller('strict', 'interop'), testRegistry(), `http://${host}/scim/v2`), host).to.equal(true);
  });

  it('treats add and replace of a single simple value alike', () => {
    const [added, replaced] = ['add', 'replace'].map((op) =>
      outcome({ op, path: 'displayName', value: 'Mia' }, 'strict', 'interop'),
    );
    expect(added).to.deep.equal(replaced).and.to.include({ displayName: 'Mia' });
  });

  it('replaces what is within a value that is replaced', () => {
    const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    const tolerance = leniency('strict', new Set(['interop'] as const));
    const operation = { op: 'replace', path: enterprise, value: { manager: { value: 'b' } } };
    const before = { ...user, [enterprise]: { department: 'Ops', manager: { value: 'a' } } };
    expect(patched(before, [operation], tolerance)[enterprise]).to.deep.equal({ manager: { value: 'b' } });
  });

  it('leaves what a client cannot write when the whole of a value is replaced', () => {
    const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    const managed = { ...user, [enterprise]: { department: 'Ops', manager: { value: 'a', displayName: 'Ann' } } };
    const tolerance = leniency('strict', new Set(['interop'] as const));
    const operation = { op: 'replace', path: `${enterprise}:manager`, value: { value: 'b' } };
    expect(patched(managed, [operation], tolerance)[enterprise]).to.deep.equal({
      department: 'Ops',
      manager: { value: 'b', displayName: 'Ann' },
    });
  });
});
