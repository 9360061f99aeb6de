import type { Answer } from './client.ts';
import type { Sizes } from './data.ts';

/** What one client sends next. */
export interface Sent {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: object;
}

/** What is known of the measurement that a request is part of. */
export interface Round extends Sizes {
  /** No other round has it. */
  readonly mark: string;
  readonly clients: number;
  /** What the operation found out before all rounds. */
  readonly prepared?: string;
}

/** Who is measured: Rollcall, and what it is compared with. */
export type Name = 'Rollcall' | 'floor' | 'scimmy-routers' | 'Express' | 'node:http';

type Collection = 'resources' | 'edges' | 'history' | 'journal';

/** An operation that is measured. */
export interface Operation {
  readonly title: string;
  /** Who does it, where it is not Rollcall and the floor. */
  readonly by?: readonly Name[];
  /** By how many clients at once, where it is not by one and by eight. */
  readonly clients?: readonly number[];
  /** Of a group that it is about: so many members. */
  readonly size?: number;
  /** Asks what the requests depend on, once, before all rounds. */
  readonly prepare?: (sizes: Sizes, ask: (sent: Sent) => Promise<Answer>) => Promise<string>;
  /** The request number `at` of a round; each is sent once. */
  request(round: Round, at: number): Sent;
  /** How it is answered, by whoever serves it. */
  readonly statuses: readonly number[];
  /** What is wrong with the answer to that request, if anything. */
  fault(body: unknown, round: Round, at: number): string | undefined;
  /** What each request leaves in the database; `some` where that differs from one to the next. */
  readonly leaves: Partial<Record<Collection, number | 'some'>>;
  /** So many may be sent in a round, where there are only so many. */
  readonly most?: (sizes: Sizes) => number;
}

/** Visits all of so many in an order that is not theirs. */
export const scattered = (at: number, among: number): number => (at * 7919) % among;

/** The body of a PATCH of one operation. */
export const patchOp = (operation: object) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: [operation],
});

/** Whether an answer is a JSON object. */
export const isObject = (body: unknown): body is Record<string, unknown> => typeof body === 'object' && body !== null;

/** What is wrong with a value, if anything. */
export const unlike = (name: string, found: unknown, expected: unknown): string | undefined =>
  found === expected ? undefined : `${name} is ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`;

/** The resources of a list. */
export const listed = (body: unknown): unknown[] =>
  isObject(body) && Array.isArray(body['Resources']) ? (body['Resources'] as unknown[]) : [];
