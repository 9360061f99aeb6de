import { answers } from './en/answers.ts';
import { doctor } from './en/doctor.ts';
import { help } from './en/help.ts';
import { members } from './en/members.ts';
import { people } from './en/people.ts';
import { history } from './en/history.ts';
import { problems } from './en/problems.ts';
import { quirks } from './en/quirks.ts';
import { refusals } from './en/refusals.ts';
import { routes } from './en/routes.ts';
import { rules } from './en/rules.ts';
import { schemas } from './en/schemas.ts';

/** Everything that people read, in English. Names stand between double braces; forms by number are apart. */
export const en = {
  ...answers,
  ...doctor,
  ...help,
  ...members,
  ...people,
  ...history,
  ...problems,
  ...quirks,
  ...refusals,
  ...routes,
  ...rules,
  ...schemas,
} as const;
