import { createHash } from 'node:crypto';
import { problem } from './problems.ts';
import { instant, object, text, type Schema } from './schema.ts';
import type { Answer, Context, Input, Route } from './route.ts';

/** How long a dry run can be confirmed, in milliseconds. */
const confirmableMs = 600_000;

/** What a confirmation is of. Who asks, of which tenant and by which address stand in the seal's context. */
interface Confirmed {
  readonly digest: string;
  readonly until: number;
}

/** The query parameter that confirms. */
export const confirmation = text({
  maxLength: 4_096,
  description: 'What the dry run gave: with it the request is done, without it only its effects are told',
});

/** What a destructive request answers first, changing nothing. */
export const dryRunOf = (effects: Schema): Schema =>
  object({
    dryRun: effects,
    confirmation: text({ maxLength: 4_096, description: 'Sent as `?confirmation=`, it has the request done' }),
    expiresAt: instant({ description: 'Until when it can be confirmed' }),
  });

/**
 * Tells the effects of a destructive request, or has it done where they were confirmed and still are the same. Nothing is
 * kept in between: the confirmation is sealed, and says all.
 *
 * @throws Problem `confirmation-invalid`, `confirmation-outdated`
 */
export async function confirmed(
  route: Route & Required<Pick<Route, 'effects'>>,
  context: Context,
  input: Input<unknown, unknown, unknown>,
  given: string | undefined,
): Promise<Answer> {
  const { seals } = context.ports;
  const sealedFor = JSON.stringify([context.tenant, context.actor.name, route.method, route.path, input.params]);
  const now = context.now.getTime();
  const known = given === undefined ? undefined : await opened(seals.open(given, sealedFor), now);
  const effects = await route.effects.of(context, input);
  const digest = createHash('sha256')
    .update(JSON.stringify([effects, input.query, input.body]))
    .digest('base64url');
  if (known) {
    if (known.digest !== digest) throw problem('confirmation-outdated', {});
    return route.handle(context, input, effects);
  }
  const until = now + confirmableMs;
  const token = await seals.seal(JSON.stringify({ digest, until } satisfies Confirmed), sealedFor);
  return {
    status: 200,
    body: { dryRun: effects, confirmation: token, expiresAt: new Date(until).toISOString() },
  };
}

async function opened(opening: Promise<string | undefined>, now: number): Promise<Confirmed> {
  const text = await opening;
  // Whoever could seal it is this very code.
  const known = text === undefined ? undefined : (JSON.parse(text) as Confirmed);
  if (!known || known.until <= now) throw problem('confirmation-invalid', {});
  return known;
}
