import type { MappingRule } from './mappingRules.ts';
import { defaultSettings, type Settings } from './settings.ts';
import type { TenantId } from './tenants.ts';

/** What an organization has laid down, and nearly every decision asks for. */
export interface Book {
  readonly settings: Settings;
  /** In their order. */
  readonly rules: readonly MappingRule[];
}

/** Where that is known; as it was less than a second ago. */
export interface Books {
  of(tenant: TenantId): Book | Promise<Book>;
}

/** So long may what is known of a book be out of date, in milliseconds. */
export const bookKnownMs = 1_000;

/** Of an organization that has laid down nothing. */
export const emptyBook: Book = { settings: defaultSettings, rules: [] };

/** Nobody has laid down anything. */
export const noBooks: Books = { of: () => emptyBook };
