import { expect } from 'chai';
import fc from 'fast-check';
import {
  isDotted,
  pathInExtensions,
  resolvePath,
  resolveSub,
  subPath,
  wholeResource,
} from '../../../src/scim/schema/path.ts';
import type { Attribute } from '../../../src/scim/schema/types.ts';
import { testType } from '../../support/schemas.ts';

const user = testType('User');
const group = testType('Group');
const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('a path', () => {
  const table: [text: string, keys: string[], parent?: string][] = [
    ['userName', ['userName']],
    ['USERNAME', ['userName']],
    ['name.familyName', ['name', 'familyName'], 'name'],
    ['Emails.Value', ['emails', 'value'], 'emails'],
    ['id', ['id']],
    ['externalid', ['externalId']],
    ['schemas', ['schemas']],
    ['meta.lastModified', ['meta', 'lastModified'], 'meta'],
    ['groups.$ref', ['groups', '$ref'], 'groups'],
    [`${core}:userName`, ['userName']],
    [`${core.toUpperCase()}:NAME.givenName`, ['name', 'givenName'], 'name'],
    [enterprise, [enterprise]],
    [`${enterprise}:department`, [enterprise, 'department']],
    [`${enterprise}:manager.value`, [enterprise, 'manager', 'value'], 'manager'],
    [`${enterprise.toLowerCase()}:Manager.DisplayName`, [enterprise, 'manager', 'displayName'], 'manager'],
    [`${enterprise}.department`, [enterprise, 'department']],
    [`${enterprise}.manager.value`, [enterprise, 'manager', 'value'], 'manager'],
    [`${core}.userName`, ['userName']],
  ];
  for (const [text, keys, parent] of table) {
    it(`names an attribute: ${text}`, () => {
      const path = resolvePath(user, text);
      expect(path?.keys).to.deep.equal(keys);
      expect(path?.attribute.name).to.equal(keys.at(-1));
      expect(path?.parent?.name).to.equal(parent);
    });
  }

  const nothing = [
    ...['', ' ', 'shoeSize', 'name.', '.name', 'name..givenName', 'name.givenName.x', 'userName.value', 'members'],
    ...['__proto__', 'constructor', 'toString', 'name.__proto__', 'emails.constructor.prototype', 'hasOwnProperty'],
    ...[`${enterprise}:`, `${enterprise}:manager.__proto__`, `${enterprise}:userName`, `${enterprise}User`, core],
    ...['urn:ietf:params:scim:schemas:extension:enterprise:2', ' userName', 'department', 'nic\u212Aname'],
  ];
  for (const text of nothing) {
    it(`names nothing: ${JSON.stringify(text)}`, () => {
      expect(resolvePath(user, text)).to.equal(undefined);
    });
  }

  it('tells apart the dot that Entra wrote behind the URN', () => {
    expect(isDotted(user, `${enterprise}.department`)).to.equal(true);
    expect(isDotted(user, `${enterprise}:department`)).to.equal(false);
    expect(isDotted(user, 'name.givenName')).to.equal(false);
    expect(isDotted(user, 'nothing')).to.equal(false);
  });

  it('is looked for in extensions only when that is asked', () => {
    expect(pathInExtensions(user, 'MANAGER.value')?.keys).to.deep.equal([enterprise, 'manager', 'value']);
    expect(pathInExtensions(user, 'department')?.keys).to.deep.equal([enterprise, 'department']);
    expect(pathInExtensions(user, 'userName')).to.equal(undefined);
    expect(pathInExtensions(group, 'department')).to.equal(undefined);
  });

  it('belongs to its type', () => {
    expect(resolvePath(group, 'members.value')?.keys).to.deep.equal(['members', 'value']);
    expect(resolvePath(group, 'userName')).to.equal(undefined);
  });

  it('leads one step further by the name of a sub-attribute', () => {
    const emails = resolvePath(user, 'emails');
    const extension = resolvePath(user, enterprise);
    if (!emails || !extension) throw new Error('unresolved');
    expect(subPath(emails, 'TYPE')).to.deep.include({ keys: ['emails', 'type'], parent: emails.attribute });
    expect(subPath(emails, 'toString')).to.equal(undefined);
    expect(subPath(extension, 'Department')?.keys).to.deep.equal([enterprise, 'department']);
    expect(subPath(extension, 'Department')).to.not.have.property('parent');
    expect(resolveSub(emails.attribute, 'Primary')?.name).to.equal('primary');
    expect(resolveSub(emails.attribute, '__proto__')).to.equal(undefined);
  });

  it('resolves to the same, however its letters are cased', () => {
    const below = (attribute: Attribute, prefix: string): string[] => [
      prefix + attribute.name,
      ...attribute.subAttributes.flatMap((sub) =>
        below(sub, `${prefix}${attribute.name}${prefix === '' && attribute.name.includes(':') ? ':' : '.'}`),
      ),
    ];
    const all = wholeResource(user).subAttributes.flatMap((attribute) => below(attribute, ''));
    expect(all.length).to.be.greaterThan(80);
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.array(fc.boolean(), { minLength: 5, maxLength: 20 }), (text, upper) => {
        const cased = Array.from(text, (c, i) => (upper[i % upper.length] ? c.toUpperCase() : c.toLowerCase())).join(
          '',
        );
        expect(resolvePath(user, cased)).to.not.equal(undefined);
        expect(resolvePath(user, cased)).to.equal(resolvePath(user, text));
      }),
    );
  });
});
