import { said, tell, type Said, type Sentence } from '../words/say.ts';

/**
 * What an operator asked can't be done, and nothing has happened; the sentence says why and what to do, in the reader's
 * language (`tell(language, refusal.said)`). The message is the same in English, for logs.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly said: Said;

  constructor(...sentence: Sentence) {
    const it = said(...sentence);
    super(tell('en', it));
    this.said = it;
  }

  /** The same, with what it comes from. */
  because(cause: unknown): this {
    this.cause = cause;
    return this;
  }
}
