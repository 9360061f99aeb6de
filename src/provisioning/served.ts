import type { Change } from '../domain/changes.ts';
import { DomainError } from '../domain/errors.ts';
import type { UnitOfWork } from '../domain/ports.ts';
import type { Registry } from '../scim/schema/registry.ts';
import type { ResourceType } from '../scim/schema/types.ts';
import type { Registries } from './registries.ts';

/** Where types are found by their names. */
type Types = Pick<Registry, 'typeNamed'>;

/** The types of a tenant, and those that it keeps by kinds of our own, which SCIM does not serve. */
export const besides = (served: Types, internal: Types): Types => ({
  typeNamed: (name) => served.typeNamed(name) ?? internal.typeNamed(name),
});

/**
 * Commits what the schemas of its tenant describe now, or those of our own kinds: a decision may be older than they are,
 * and a schema that is being removed gets no new values.
 *
 * @throws DomainError `schema-withdrawn`, and as `work` does
 */
export function underSchemas(work: UnitOfWork, { of }: Registries, internal: Types): UnitOfWork {
  const require = async (change: Change) => servedType(besides(await of(change.tenant), internal), change);
  return {
    async commit(change, deadline) {
      await require(change);
      return work.commit(change, deadline);
    },
    async commitAll(changes, deadline) {
      for (const change of changes) await require(change);
      return work.commitAll(changes, deadline);
    },
  };
}

/**
 * The type that a change is about, which describes all that it writes. What is written is indexed by it: a value that it
 * does not know would never be found again.
 *
 * @throws DomainError `schema-withdrawn`
 */
export function servedType(types: Types, { entry, creates, revises }: Change): ResourceType {
  const type = types.typeNamed(entry.kind);
  if (!type) throw new DomainError({ rule: 'schema-withdrawn', schema: entry.kind });
  const before = revises?.before.attributes ?? {};
  const written = Object.keys((creates ?? revises?.after)?.attributes ?? {}).filter((name) => name.includes(':'));
  const known = new Set(type.extensions.map(({ schema }) => schema.id));
  const schema = written.find((name) => !known.has(name) && !Object.hasOwn(before, name));
  if (schema !== undefined) throw new DomainError({ rule: 'schema-withdrawn', schema });
  return type;
}
