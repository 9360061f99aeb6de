/**
 * Whether a whole text is as a pattern says: `*` stands for any characters or none, `?` for exactly one, all else for
 * itself. Takes at most as many steps as the pattern is long times the text, whoever wrote them.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const [signs, characters] = [Array.from(pattern), Array.from(text)];
  let at = 0;
  let sign = 0;
  // Where the last star was met, and how much of the text it stands for so far.
  let star = -1;
  let covered = 0;
  while (at < characters.length) {
    if (signs[sign] === '*') {
      star = sign;
      covered = at;
      sign += 1;
    } else if (sign < signs.length && (signs[sign] === '?' || signs[sign] === characters[at])) {
      sign += 1;
      at += 1;
    } else if (star >= 0) {
      covered += 1;
      at = covered;
      sign = star + 1;
    } else return false;
  }
  return signs.slice(sign).every((left) => left === '*');
}
