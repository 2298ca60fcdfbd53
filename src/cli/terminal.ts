/** Where a command reads and writes. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Whether escape sequences for colour may be written to stderr. */
  readonly color: boolean;
}

/** The process's own streams. */
export function processTerminal(env: NodeJS.ProcessEnv = process.env): Terminal {
  const { stdin, stdout, stderr } = process;
  return { stdin, stdout, stderr, color: wantsColor(env, stderr) };
}

/**
 * Whether to colour what is written there: on a terminal that is not TERM=dumb. NO_COLOR turns colours off everywhere,
 * FORCE_COLOR on (0 or false: off); where both are set, NO_COLOR wins, as https://no-color.org asks.
 */
export function wantsColor(env: NodeJS.ProcessEnv, stream: { readonly isTTY?: boolean }): boolean {
  if (env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
