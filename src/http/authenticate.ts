import passport from 'passport';
import { Strategy } from 'passport-http-bearer';
import type { Request } from 'express';
import { invalidValue, unauthorized, unavailable } from '../scim/errors.ts';
import { within } from './deadline.ts';
import { hasTokenInQuery } from './target.ts';
import type { Patience } from './deadline.ts';
import type { Access, Answer, Step } from './exchange.ts';

/** Finds what a token gives access to; nothing for one that is unknown, expired or revoked. */
export type Authenticate = (token: string) => Promise<Access | undefined>;

const pausedRetrySeconds = 60;

/**
 * Demands a bearer token in the Authorization header, before anything of the body is read (RFC 7644 §2, RFC 6750 §2.1).
 * The word `Bearer` may be missing: Okta's "HTTP Header" mode sends the token alone.
 *
 * @throws ScimError 401 without a good token, 400 for a token in the query, 503 while the connection is paused
 */
export function authenticate(accessOf: Authenticate, { dueMs, graceMs }: Patience): Step {
  const bearer = new passport.Passport();
  bearer.use(
    new Strategy((token, done) => {
      accessOf(token).then((access) => {
        done(null, access ?? false);
      }, done);
    }),
  );

  const verified = (request: Request, response: Answer) =>
    new Promise<Access | undefined>((resolve, reject) => {
      const settle = (error: Error | null, access: Access | false | undefined) => {
        if (error) reject(error);
        else resolve(access || undefined);
      };
      const step = bearer.authenticate('bearer', { session: false }, settle) as Step;
      void step(request, response, reject);
    });

  return async (request, response, next) => {
    // The strategy would take tokens from the query too, several of them at once, and from a parsed body.
    if (hasTokenInQuery(request.originalUrl)) {
      throw invalidValue('A token belongs in the Authorization header, never in the address');
    }
    request.headers.authorization = `Bearer ${tokenOf(request.headers.authorization)}`;
    const access = await within(dueMs + graceMs, verified(request, response), () => undefined);
    if (!access) throw unauthorized('The token is unknown, expired or revoked');
    response.locals.access = access;
    if (access.paused) throw unavailable('Provisioning through this connection is paused', pausedRetrySeconds);
    next();
  };
}

/** The token of an Authorization header: `Bearer <token>`, or the token alone. */
function tokenOf(header: string | undefined): string {
  const [first = '', second, ...more] = (header ?? '').trim().split(/\s+/);
  const isBearer = first.toLowerCase() === 'bearer';
  const token = isBearer ? second : second === undefined ? first : undefined;
  if (!token || more.length > 0) throw unauthorized("Send the connection's token as `Authorization: Bearer <token>`");
  return token;
}
