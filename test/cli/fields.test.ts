import { expect } from 'chai';
import { InvalidArgumentError } from 'commander';
import { choice, flag, integer, list, nullable, object, text, type Schema } from '../../src/admin/api/schema.ts';
import { fieldsOf, removableOf } from '../../src/cli/routes/fields.ts';
import { bodyText } from '../../src/cli/routes/shown.ts';
import type { Front } from '../../src/cli/front.ts';
import { say } from '../../src/words/say.ts';
import { broken } from './typed.ts';

const front: Front = { ...broken, say: (...sentence) => say('en', ...sentence) };

/** The option of a member. */
function optionOf(schema: Schema) {
  const [field] = fieldsOf(front, 'body', { someMember: schema });
  if (!field) throw new Error('no field');
  return field.option;
}

const read = (schema: Schema, typed: string): unknown => optionOf(schema).parseArg?.(typed, undefined);

describe('Options of commands over routes', () => {
  it('are called as the member is, in lower case with dashes', () => {
    expect(optionOf(text()).long).to.equal('--some-member');
  });

  const table: readonly (readonly [schema: Schema, typed: string, value: unknown])[] = [
    [text(), 'Ann, Bob', 'Ann, Bob'],
    [integer(), '12', 12],
    [integer(), '-3', -3],
    [nullable(integer()), '7', 7],
    [flag(), 'yes', true],
    [flag(), 'no', false],
    [list(text()), 'Sales Lead, Audit,', ['Sales Lead', 'Audit']],
    [
      list(object({ entity: text(), role: choice(['Admin']) })),
      'a=b=Admin,c=Clerk',
      [
        { entity: 'a=b', role: 'Admin' },
        { entity: 'c', role: 'Clerk' },
      ],
    ],
    [list(object({ a: integer() })), '[{"a":1}]', [{ a: 1 }]],
    [
      object({ by: text(), value: text() }, { most: integer() }),
      'by=name,value=a=b,most=3',
      { by: 'name', value: 'a=b', most: 3 },
    ],
    [object({ by: text() }), ' {"by":"x,y"}', { by: 'x,y' }],
    [object({ deep: object({}) }), '{"deep":{}}', { deep: {} }],
  ];
  for (const [schema, typed, value] of table)
    it(`${JSON.stringify(schema).slice(0, 80)} is written '${typed}'`, () => {
      expect(read(schema, typed)).to.deep.equal(value);
    });

  const wrong: readonly (readonly [schema: Schema, typed: string])[] = [
    [integer(), '1.5'],
    [integer(), 'many'],
    [list(object({ entity: text(), role: text() })), 'acme'],
    [list(object({ entity: text(), role: text() })), '=Admin'],
    [object({ by: text() }), 'to=x'],
    [object({ by: text() }), 'by'],
    [object({ deep: object({}) }), '{'],
  ];
  for (const [schema, typed] of wrong)
    it(`'${typed}' is none for ${JSON.stringify(schema).slice(0, 60)}`, () => {
      expect(() => read(schema, typed)).to.throw(InvalidArgumentError);
    });

  it('offer the choices that there are', () => {
    expect(optionOf(choice(['a', 'b'])).argChoices).to.deep.equal(['a', 'b']);
    expect(optionOf(list(choice(['a', 'b']))).description).to.contain('(choices: a, b)');
  });

  it('tell which members can be taken away', () => {
    expect(removableOf({ a: text(), b: nullable(text()) })).to.deep.equal(['b']);
  });
});

describe('Answers for people', () => {
  it('are facts under each other, things by their names', () => {
    const body = {
      userName: 'ann',
      roles: [{ id: 'r', name: 'Lead' }],
      entities: [{ id: 'acme', role: 'Clerk' }],
      license: null,
    };
    expect(bodyText(front, body)).to.equal(
      ['  Login     ann', '  Roles     Lead', '  Entities  acme (Clerk)', '  License   '].join('\n'),
    );
  });

  it('say what a thing without a name holds', () => {
    expect(bodyText(front, { people: { gain: 1, lose: 0 } })).to.equal('  People  gain 1, lose 0');
  });

  it('are a table where they are a list, without columns that nobody fills', () => {
    const body = {
      items: [
        { id: '1', name: 'a', title: null },
        { id: '2', name: 'b' },
      ],
    };
    expect(bodyText(front, body)).to.equal(['ID  NAME', '1   a', '2   b'].join('\n'));
  });

  it('are their own words where they explain themselves', () => {
    const items = [
      { why: 'because', reasons: [{ why: 'it is so' }] },
      { why: 'so', reasons: [] },
    ];
    expect(bodyText(front, { items })).to.equal('because\nso');
  });

  it('are a table where a reason is one column among others', () => {
    const body = { items: [{ by: 10, why: 'purchase' }] };
    expect(bodyText(front, body)).to.equal(['BY  WHY', '10  purchase'].join('\n'));
  });

  it('are done where there is nothing to say', () => {
    expect(bodyText(front, {})).to.equal('Done');
  });
});
