import type { Head } from '../domain/states.ts';

/** The newest known heads of resources that many change at once, so that a batch need not read them again. */
export function headCache(capacity = 10_000) {
  const known = new Map<string, Head>();
  return {
    /** The newer of what was seen and what is known. */
    newest(seen: Head): Head {
      const kept = known.get(seen.id);
      return kept && kept.version > seen.version ? kept : seen;
    },
    keep(head: Head): void {
      known.delete(head.id);
      known.set(head.id, head);
      if (known.size > capacity) {
        const { value } = known.keys().next();
        if (value !== undefined) known.delete(value);
      }
    },
    forget(id: string): void {
      known.delete(id);
    },
  };
}

export type HeadCache = ReturnType<typeof headCache>;
