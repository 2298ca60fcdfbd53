/**
 * The candidate that was most likely meant, or undefined when none is near: case and punctuation count for nothing, and
 * at most a third of the letters (two at least) may be wrong.
 */
export function nearest<Candidate extends string>(
  word: string,
  candidates: readonly Candidate[],
): Candidate | undefined {
  const asked = plain(word);
  const scored = candidates
    // Each letter more or less is one that is wrong.
    .filter((candidate) => Math.abs(asked.length - plain(candidate).length) <= allowedIn(candidate))
    .map((candidate) => ({ candidate, distance: distanceOf(asked, plain(candidate)) }));
  const best = scored.reduce<(typeof scored)[number] | undefined>(
    (least, next) => (least === undefined || next.distance < least.distance ? next : least),
    undefined,
  );
  if (best === undefined) return undefined;
  return best.distance <= allowedIn(best.candidate) && best.distance < best.candidate.length
    ? best.candidate
    : undefined;
}

/** How many letters may be wrong. */
function allowedIn(candidate: string): number {
  return Math.max(2, Math.floor(candidate.length / 3));
}

/** `did you mean RollingUpdate?`, or the list of what is accepted. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? `accepted: ${candidates.join(', ')}` : `did you mean ${meant}?`;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[\s_-]/g, '');
}

/** Levenshtein's distance. Words longer than 64 letters are cut: nobody means those. */
function distanceOf(left: string, right: string): number {
  const a = left.slice(0, 64);
  const b = right.slice(0, 64);
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current[column] = Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
