/**
 * `-e` names the environment everywhere but behind `exec`, where fingers know it as a variable of the command: there it is spelled
 * out, up to the command itself.
 */
export function execArguments(argv: readonly string[]): string[] {
  const begin = argv.findIndex((word, index) => word === 'exec' && !isValue(argv, index));
  const isCommand =
    begin >= 0 && argv.slice(0, begin).every((word, index) => word.startsWith('-') || isValue(argv, index));
  if (!isCommand) return [...argv];
  const separator = argv.indexOf('--', begin);
  const end = separator < 0 ? argv.length : separator;
  return argv.map((word, index) => (index > begin && index < end && word === '-e' ? '--variable' : word));
}

/** The value of a global option that stands before it. */
function isValue(argv: readonly string[], index: number): boolean {
  return ['-e', '--env', '-a', '--app-host'].includes(argv[index - 1] ?? '');
}
