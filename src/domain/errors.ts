/** The rules a request can break. */
export type Violation =
  | { readonly rule: 'unknown'; readonly type: string; readonly id: string }
  | { readonly rule: 'name-taken'; readonly type: string; readonly name: string }
  | { readonly rule: 'changed'; readonly type: string; readonly id: string }
  | { readonly rule: 'owned-elsewhere'; readonly type: string; readonly id: string }
  | { readonly rule: 'adoption-needed'; readonly type: string; readonly id: string }
  | { readonly rule: 'adoption-changes-identity'; readonly attribute: string }
  | { readonly rule: 'unknown-members'; readonly ids: readonly string[] }
  | { readonly rule: 'group-inside-itself'; readonly group: string; readonly member: string }
  | { readonly rule: 'too-many-matches'; readonly limit: number }
  /** That operation of a Bulk was committed before. */
  | { readonly rule: 'done-already'; readonly index: number }
  | { readonly rule: 'schema-withdrawn'; readonly schema: string }
  /** More than the database takes as one resource. */
  | { readonly rule: 'too-large' }
  /** No seat is free, and the organization does not let people wait. */
  | { readonly rule: 'seats-exhausted'; readonly license: string; readonly seats: number }
  | { readonly rule: 'credits-exhausted'; readonly needed: number; readonly left: number }
  | { readonly rule: 'last-primary-admin' }
  /** An administrator, or somebody who would become one, is changed by who may not. */
  | { readonly rule: 'administrator-out-of-reach'; readonly id: string }
  | { readonly rule: 'administrative-grant'; readonly name: string }
  | { readonly rule: 'wrong-status'; readonly status: string; readonly wanted: string }
  | { readonly rule: 'built-in'; readonly type: string; readonly name: string }
  | { readonly rule: 'in-use'; readonly type: string; readonly name: string; readonly by: number }
  | { readonly rule: 'not-allowed'; readonly permission: string }
  /** No invitation has that link, or a newer one took its place. */
  | { readonly rule: 'link-unknown' }
  | { readonly rule: 'link-over'; readonly why: 'accepted' | 'revoked' | 'expired' }
  | { readonly rule: 'held'; readonly type: string; readonly name: string; readonly holder: string }
  /** There is no e-mail address and no mobile number to send anything to. */
  | { readonly rule: 'unreachable'; readonly id: string }
  | { readonly rule: 'invalid'; readonly attribute: string; readonly why: string }
  | { readonly rule: 'busy' };

/** A business rule that a request breaks; nothing has happened. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly violation: Violation;

  constructor(violation: Violation, options?: ErrorOptions) {
    super(violation.rule, options);
    this.violation = violation;
  }
}
