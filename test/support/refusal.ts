import { ScimError } from '../../src/scim/errors.ts';

/** The SCIM error that it ends in. @throws whatever else it throws, or where it succeeds. */
export function refusal(work: () => unknown): ScimError {
  try {
    work();
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error('It was accepted');
}
