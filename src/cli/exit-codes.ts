/** What the process's exit code says. Stable: scripts rely on it. */
export const EXIT = {
  ok: 0,
  failure: 1,
  /** Wrong arguments, or a file that is not valid. Nothing was sent. */
  usage: 2,
  notFound: 3,
  unauthorized: 4,
  conflict: 5,
  rolloutFailed: 6,
  timeout: 7,
  unreachable: 8,
} as const;

/** What each means, for people. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done, or nothing was to be done',
  failure: 'it could not be done; or a check found something to mend',
  usage: 'wrong arguments, or a file that is not valid; nothing was sent',
  notFound: 'what was named does not exist',
  unauthorized: 'nobody is logged in, or whoever is may not do this',
  conflict: 'the present state forbids it, or somebody else was first',
  rolloutFailed: 'the rollout failed, was given up or was deleted',
  timeout: 'not finished in time; the server works on',
  unreachable: 'the server does not answer',
};

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Code of a wrong command line where 2 says something else: `oo deployment plan`. */
export const ONE_FOR_EVERY_ERROR = 'oo.oneForEveryError';
