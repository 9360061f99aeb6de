import type { History } from '../domain/history.ts';
import { asOf } from './asOf.ts';
import type { Database } from './connect.ts';
import { journalReads } from './journalReads.ts';
import { timeline } from './timeline.ts';

/** What was (MongoDB), told from closed versions, closed edges and the journal. */
export const history = (db: Database): History => ({ ...asOf(db), ...journalReads(db), ...timeline(db) });
