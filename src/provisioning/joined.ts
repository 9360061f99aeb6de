import type { JsonObject, ResourceStore } from '../scim/types.ts';
import type { Join } from './joins.ts';

/** A store whose resources' attributes fit together, whatever clients write. */
export const joined = (store: ResourceStore, join: Join): ResourceStore => ({
  ...store,

  create(caller, draft, lenient, wanted) {
    const attributes = join(undefined, draft.attributes, () => draft.attributes);
    return store.create(caller, { ...draft, attributes }, lenient, wanted);
  },

  revise(caller, id, revision, lenient) {
    return store.revise(
      caller,
      id,
      {
        ...revision,
        decide(current) {
          const before = current.attributes as JsonObject;
          const after = revision.decide(current);
          return after === before
            ? after
            : join(before, after, (names) => revision.decide({ ...current, attributes: without(before, names) }));
        },
      },
      lenient,
    );
  },
});

const without = (attributes: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
