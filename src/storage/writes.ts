import type { EdgeDocument, HistoryDocument, JournalDocument, ResourceDocument } from './documents.ts';
import type { JobDocument } from './jobs.ts';

/** One statement of MongoDB's `update` command. */
export interface Statement {
  readonly q: object;
  readonly u: object;
  readonly multi?: boolean;
  readonly upsert?: boolean;
}

/** The writes of a batch, collection by collection, with how many documents each must meet. */
export interface Writes {
  readonly resources: { inserts: ResourceDocument[]; updates: Statement[]; updated: number; deletes: object[] };
  readonly nesting: Statement[];
  readonly edges: {
    inserts: EdgeDocument[];
    updates: Statement[];
    closed: number;
    /** Change nothing: they only have to meet as many. */
    looks: Statement[];
    met: number;
  };
  /** What removals and those who rely on very many staying both write. */
  readonly departures: Statement[];
  readonly accounts: Statement[];
  /** Ids that must exist, where writing to each of them would be too much. */
  readonly existing: { readonly tenant: string; readonly ids: readonly string[] }[];
  readonly history: HistoryDocument[];
  readonly journal: JournalDocument[];
  readonly closings: object[];
  readonly jobs: JobDocument[];
  /** Edges that lay ready and count from now on. */
  readonly stagings: Statement[];
}

/** The writes of a batch that nothing is in yet. */
export const noWrites = (): Writes => ({
  resources: { inserts: [], updates: [], updated: 0, deletes: [] },
  nesting: [],
  edges: { inserts: [], updates: [], closed: 0, looks: [], met: 0 },
  departures: [],
  accounts: [],
  existing: [],
  history: [],
  journal: [],
  closings: [],
  jobs: [],
  stagings: [],
});
