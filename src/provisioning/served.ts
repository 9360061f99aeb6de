import type { Change } from '../domain/changes.ts';
import { DomainError } from '../domain/errors.ts';
import type { UnitOfWork } from '../domain/ports.ts';
import type { Registry } from '../scim/schema/registry.ts';
import type { ResourceType } from '../scim/schema/types.ts';
import type { Registries } from './registries.ts';

/**
 * Commits what the schemas of its tenant describe now: a decision may be older than they are, and a schema that is being
 * removed gets no new values.
 *
 * @throws DomainError `schema-withdrawn`, and as `work` does
 */
export function underSchemas(work: UnitOfWork, { of }: Registries): UnitOfWork {
  return {
    async commit(change, deadline) {
      servedType(await of(change.tenant), change);
      return work.commit(change, deadline);
    },
    async commitAll(changes, deadline) {
      for (const change of changes) servedType(await of(change.tenant), change);
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
export function servedType(registry: Registry, { entry, creates, revises }: Change): ResourceType {
  const type = registry.typeNamed(entry.kind);
  if (!type) throw new DomainError({ rule: 'schema-withdrawn', schema: entry.kind });
  const before = revises?.before.attributes ?? {};
  const written = Object.keys((creates ?? revises?.after)?.attributes ?? {}).filter((name) => name.includes(':'));
  const known = new Set(type.extensions.map(({ schema }) => schema.id));
  const schema = written.find((name) => !known.has(name) && !Object.hasOwn(before, name));
  if (schema !== undefined) throw new DomainError({ rule: 'schema-withdrawn', schema });
  return type;
}
