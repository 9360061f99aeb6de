import type { en } from './en.ts';
import { answers } from './fr/answers.ts';
import { doctor } from './fr/doctor.ts';
import { help } from './fr/help.ts';
import { members } from './fr/members.ts';
import { people } from './fr/people.ts';
import { history } from './fr/history.ts';
import { problems } from './fr/problems.ts';
import { quirks } from './fr/quirks.ts';
import { refusals } from './fr/refusals.ts';
import { routes } from './fr/routes.ts';
import { rules } from './fr/rules.ts';
import { schemas } from './fr/schemas.ts';
import type { French } from './french.ts';

/** Everything that people read, in French: each sentence that there is in English. */
export const fr: French<typeof en> = {
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
};
