/** Where a command reads and writes. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Whether escape sequences for colour may be written to stderr. */
  readonly color: boolean;
}

/** The process's own streams. NO_COLOR and TERM=dumb turn colours off. */
export function processTerminal(env: NodeJS.ProcessEnv = process.env): Terminal {
  const { stdin, stdout, stderr } = process;
  const color = stderr.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return { stdin, stdout, stderr, color };
}
