import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { routeOf } from './target.ts';
import type { Caller } from '../scim/types.ts';
import type { Target } from './target.ts';

/** What a token gives access to. */
export interface Access {
  readonly caller: Omit<Caller, 'requestId' | 'deadline'>;
  readonly connectionName: string;
  readonly paused: boolean;
}

/** What one request gathers on its way, kept in `response.locals`. */
export interface Exchange {
  requestId: string;
  /** Milliseconds since 1970. */
  began: number;
  access?: Access;
  target?: Target;
  /** Who asks, of the admin API. */
  actor?: string;
  /** The pattern of its address, where a table of routes knows it. */
  route?: string;
  /** What the dialect repaired in a request that was refused. */
  repaired?: ReadonlyMap<string, number>;
}

/** An answer in the making, with what its request has gathered. */
export type Answer = Response<unknown, Exchange>;

/** One step of serving a request. */
export type Step = (request: Request, response: Answer, next: NextFunction) => void | Promise<void>;

/** Values a log line may have: never a URL, a body, a token or a person's data. */
interface Fields {
  readonly requestId?: string | undefined;
  readonly connection?: string | undefined;
  readonly route?: string | undefined;
  readonly status?: number | undefined;
  readonly durationMs?: number | undefined;
  /** The client was gone before the answer was complete. */
  readonly aborted?: boolean | undefined;
  /** Reduced to name, code and stack frames: messages quote input. */
  readonly error?: unknown;
}

/** Where log lines go. Messages are constant sentences. */
export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** How long a client may go on sending a body that nobody reads any more. */
const lingerMs = 2_000;

/**
 * The first step: gives the request an id of ours (one that the client sends is not trusted), sent with every answer,
 * and writes one log line when the exchange is over.
 */
export function begin(log: Log, clock: () => number): Step {
  return (request, response, next) => {
    const { locals } = response;
    locals.requestId = randomUUID();
    locals.began = clock();
    response.setHeader('X-Request-Id', locals.requestId);
    response.on('finish', () => {
      cutUnreadBody(request);
    });
    response.on('close', () => {
      log.info('request', {
        requestId: locals.requestId,
        connection: locals.access?.caller.connection ?? locals.actor,
        route: locals.route ?? routeOf(request.method, request.originalUrl),
        status: response.headersSent ? response.statusCode : undefined,
        durationMs: clock() - locals.began,
        aborted: response.writableFinished ? undefined : true,
      });
    });
    next();
  };
}

/** A refused request may still be sending; its client gets the time to read the answer, not to hold the socket. */
export function cutUnreadBody(request: IncomingMessage): void {
  if (request.complete) return;
  const cut = setTimeout(() => request.socket.destroy(), lingerMs).unref();
  request.once('close', () => {
    clearTimeout(cut);
  });
  request.once('end', () => {
    clearTimeout(cut);
  });
}
