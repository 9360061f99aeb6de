import type { Move } from './accounts.ts';
import type { Change } from './changes.ts';
import { accountChanges, accountFrom, accountName, linksOf, toolAccountKind } from './integrations.ts';
import { forgotten, invitationKind } from './invitations.ts';
import type { Order } from './journal.ts';
import { equipped, numberKind, numbersOf, telephonyOf } from './numbers.ts';
import type { States } from './ports.ts';
import type { State } from './states.ts';

/** What a user leaves behind. */
export interface Belongings {
  /** His invitation goes with him; his numbers and his accounts in connected tools are free for others. */
  readonly changes: readonly Change[];
  readonly moves: readonly Move[];
}

/** What has to be committed with somebody's removal so that nothing of his is held by nobody. */
export async function belongingsOf(states: Pick<States, 'some'>, user: State, order: Order): Promise<Belongings> {
  const { tenant, id, attributes } = user;
  const telephony = telephonyOf(attributes);
  const found = await states.some(tenant, [
    { kind: invitationKind, name: id },
    ...numbersOf(telephony).map((name) => ({ kind: numberKind, name })),
    ...linksOf(attributes).map(({ tool, value }) => ({ kind: toolAccountKind, name: accountName(tool, value) })),
  ]);
  const of = (kind: string) => found.filter((state) => state.kind === kind);
  const numbers = equipped({ id, order }, telephony, { displayNumbers: [] }, of(numberKind));
  const accounts = of(toolAccountKind).filter((state) => accountFrom(state).holder?.user === id);
  return {
    changes: [
      ...of(invitationKind).map((state) => forgotten(state, order)),
      ...numbers.changes,
      ...accounts.flatMap((state) =>
        accountChanges({ tenant, id: state.id, order }, state, { ...accountFrom(state), holder: undefined }),
      ),
    ],
    moves: numbers.moves,
  };
}
