const HEARD = 'what is heard and measured is not kept';
const LOG = 'it is about the log itself, whose past does not change';
const HERE = 'it is about what this machine has written down';
const OUTPUT = 'what containers say is kept by their engines; the last lines of one that failed are in its event';

/** Commands that read and take no `--at`, and why. */
export const COMMANDS_WITHOUT_AT: Readonly<Record<string, string>> = {
  'deployment watch': 'it follows what comes; oo events --since has what came',
  'build logs': 'what a build said is kept for a while only; its last lines are in its event',
  'worker list': HEARD,
  'router list': HEARD,
  'webhook list': `${HEARD}: how far each is, is no decision; oo events has what was saved and removed`,
  'job list': 'jobs are work and no decision: what they were to do and did is in the events',
  'secret read': 'values of the past are not kept; oo secret list has the rest',
  'app list': 'apps are names that are never changed and never taken away',
  'cert list': 'the server ends no TLS and has none',
  'cert raw': 'the server ends no TLS and has none',
  diff: 'it has --from and --to',
  events: 'it has --since and --until',
  'why-not': 'it is planned on what is so now; oo deployment plan has an --at',
  top: HEARD,
  logs: OUTPUT,
  'audit verify': LOG,
  'audit decisions': LOG,
  'audit export': LOG,
  'audit checkpoints': LOG,
  'audit archives': LOG,
  'audit key': LOG,
  replay: LOG,
  'env list': HERE,
  'env current': HERE,
  whoami: HERE,
  token: HERE,
};
