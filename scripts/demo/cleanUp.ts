import { UnexpectedAnswer, resources, send, text } from './client.ts';
import { entraNames } from './entra.ts';
import { oktaNames } from './okta.ts';
import type { Target } from './client.ts';

/** Deletes what a run leaves behind: this one, and one that was interrupted. */
export async function cleanUp(on: Target): Promise<number> {
  const left = [
    ...[...oktaNames.groups, ...entraNames.groups].map((name) => ['/Groups', `displayName eq "${name}"`] as const),
    ...[...oktaNames.users, ...entraNames.users].map((name) => ['/Users', `userName eq "${name}"`] as const),
  ];
  let deleted = 0;
  for (const [endpoint, filter] of left) {
    const path = `${endpoint}?filter=${encodeURIComponent(filter)}&attributes=id`;
    const { status, body } = await send(on, {}, { method: 'GET', path });
    if (status !== 200) throw new UnexpectedAnswer(`The server answered ${status}: ${JSON.stringify(body)}`);
    for (const found of resources(body)) {
      await send(on, {}, { method: 'DELETE', path: `${endpoint}/${text(found, 'id')}` });
      deleted += 1;
    }
  }
  return deleted;
}
