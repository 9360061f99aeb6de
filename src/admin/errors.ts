/** What an operator asked can't be done, and nothing has happened; the message says why and what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
