import { answers } from './en/answers.ts';
import { doctor } from './en/doctor.ts';
import { help } from './en/help.ts';
import { problems } from './en/problems.ts';
import { refusals } from './en/refusals.ts';
import { rules } from './en/rules.ts';
import { schemas } from './en/schemas.ts';

/** Everything that people read, in English. Names stand between double braces; forms by number are apart. */
export const en = {
  ...answers,
  ...doctor,
  ...help,
  ...problems,
  ...refusals,
  ...rules,
  ...schemas,
} as const;
