import { git, type GitCall } from './git.ts';
import type { CheckoutRequest } from './request.ts';
import { SourceError } from './source-error.ts';

/** What is meant when nobody names a version. */
const DEFAULT_VERSION = 'main';
const COMMIT = /^[0-9a-f]{40}$/;

export interface Revision {
  /** What to fetch. */
  readonly ref: string;
  /** What it stands for at this moment. */
  readonly commit: string;
}

/** Asks the remote what the version is: a branch before a tag of that name. Throws SourceError when it has none of it. */
export async function findRevision({ url, version }: CheckoutRequest, call: GitCall): Promise<Revision> {
  const wanted = candidatesOf(version);
  const asked = wanted.flatMap((ref) => [ref, `${ref}^{}`]);
  const listed = refsOf(
    await git(['ls-remote', '--quiet', '--', url, ...(asked.length === 0 ? ['HEAD'] : asked)], call),
  );
  // That it was asked is enough: the remote has let us in.
  if (version !== undefined && COMMIT.test(version)) return { ref: version, commit: version };
  for (const ref of wanted) {
    const commit = listed.get(`${ref}^{}`) ?? listed.get(ref);
    if (commit !== undefined) return { ref, commit };
  }
  const short = version !== undefined && /^[0-9a-f]{7,39}$/.test(version);
  const hint = short ? '; of a commit give all 40 characters' : '';
  throw new SourceError('not-found', `the repository has no branch or tag ${version ?? DEFAULT_VERSION}${hint}`);
}

function candidatesOf(version: string | undefined): readonly string[] {
  if (version === undefined) return [`refs/heads/${DEFAULT_VERSION}`, 'HEAD'];
  if (COMMIT.test(version)) return [];
  return version.startsWith('refs/') ? [version] : [`refs/heads/${version}`, `refs/tags/${version}`];
}

/** Name -> commit. Patterns also match the ends of longer names, which are others. */
function refsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split('\n')
      .map((line) => line.split('\t'))
      .flatMap(([commit = '', name = '']): [string, string][] => (COMMIT.test(commit) ? [[name, commit]] : [])),
  );
}
