/** A call written out by hand. */
export interface RawCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Everything behind the verb; nothing of it is an option of ours. */
  readonly args: readonly string[];
  /** The global options before the verb. */
  readonly env?: string;
  readonly appHost?: string;
}

const METHODS = new Map([
  ['get', 'GET'],
  ['post', 'POST'],
  ['put', 'PUT'],
  ['delete', 'DELETE'],
] as const);
const GLOBALS = new Map([
  ['-e', 'env'],
  ['--env', 'env'],
  ['-a', 'appHost'],
  ['--app-host', 'appHost'],
] as const);

/** The raw call that the arguments are, or undefined when they name another command. */
export function rawCall(argv: readonly string[]): RawCall | undefined {
  const options: { env?: string; appHost?: string } = {};
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    const [flag = '', inline] = word.startsWith('--') ? word.split(/=(.*)/s) : [word];
    const option = (GLOBALS as ReadonlyMap<string, 'env' | 'appHost'>).get(flag);
    if (option === undefined) {
      const method = (METHODS as ReadonlyMap<string, RawCall['method']>).get(word);
      return method && withShortGlobals({ method, args: argv.slice(at + 1), ...options });
    }
    const value = inline ?? argv[(at += 1)];
    if (value !== undefined) options[option] = value;
  }
  return undefined;
}

/** `-e prod` and `-a host` count behind the verb too: no call has flags of one dash. `--env` there is the call's own. */
function withShortGlobals(call: RawCall): RawCall {
  const at = call.args.findIndex((arg) => arg === '-e' || arg === '-a');
  const value = call.args[at + 1];
  if (at === -1 || value === undefined) return call;
  const option = call.args[at] === '-e' ? { env: value } : { appHost: value };
  return withShortGlobals({ ...call, args: call.args.toSpliced(at, 2), ...option });
}
