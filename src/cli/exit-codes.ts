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

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
