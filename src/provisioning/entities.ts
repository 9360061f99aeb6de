import type { NewJob } from '../domain/jobs.ts';
import { noCompanion, following, type Companion } from './companions.ts';
import type { Ports } from './decide.ts';

/**
 * What follows when an identity provider renames or removes an entity: whoever is in it shows it by its name, or is in it no
 * more. “To remove a user from just one entity …”: they stay in the organization and in the others.
 */
export function entities({ newId }: Pick<Ports, 'newId'>): Companion {
  const settling = (id: string): readonly NewJob[] => [{ id: newId(), kind: 'settle-entity', argument: id }];
  return {
    ...noCompanion,
    revised: (_caller, before, content) =>
      Promise.resolve({
        ...following(content),
        ...(content.name !== before.name && { starts: settling(before.id) }),
      }),
    removed: (_caller, { id }) => Promise.resolve({ moves: [], others: [], starts: settling(id) }),
  };
}
