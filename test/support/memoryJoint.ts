import type { Joint, Stores } from '../../src/scim/ports.ts';
import type { ResourceType } from '../../src/scim/schema/types.ts';
import type { ResourceStore, Written } from '../../src/scim/types.ts';

interface Waiting {
  readonly type: ResourceType;
  readonly args: Parameters<ResourceStore['create']>;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
}

/** The port `joint` over stores that keep everything in memory: what is created waits for the rest of its ring. */
export const memoryJoint =
  (stores: Stores) =>
  (pending: ReadonlyMap<string, ResourceType>, size: number): Joint => {
    const waiting: Waiting[] = [];
    let failure: Error | undefined;

    /** Members last: whoever they name is there then. */
    async function together(): Promise<void> {
      const ordered = [...waiting].sort((a, b) => Number(a.type.name === 'Group') - Number(b.type.name === 'Group'));
      const made: (Waiting & { readonly written: Written })[] = [];
      for (const each of ordered) {
        try {
          made.push({ ...each, written: await stores(each.type).create(...each.args) });
        } catch (error) {
          for (const { type, args, written } of made) {
            await stores(type).remove(args[0], written.stored.id, () => true);
          }
          waiting.splice(waiting.indexOf(each), 1);
          each.reject(error);
          return;
        }
      }
      for (const { resolve, written } of made) resolve(written);
    }

    return {
      stores: (type) => ({
        ...stores(type),
        create: (...args) =>
          new Promise((resolve, reject) => {
            if (args[1].id === undefined || pending.get(args[1].id) !== type) throw new Error('It was not announced');
            if (failure) {
              reject(failure);
              return;
            }
            waiting.push({ type, args, resolve, reject });
            if (waiting.length === size) void together();
          }),
      }),
      fail(error) {
        failure ??= error;
        for (const { reject } of waiting.splice(0)) reject(failure);
      },
    };
  };
