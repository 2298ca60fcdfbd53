import { wrap } from '../text/wrap.ts';

/** What the help of all says of one command. */
export interface Entry {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
}

const WIDTH = 80;

/** What people look for most, by what they want to do; every other command is named below. */
const SECTIONS: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: 'Deploy', names: ['deployment', 'definition', 'secret', 'config'] },
  { title: 'Look', names: ['describe', 'logs', 'exec', 'top', 'events', 'instance'] },
  { title: 'Fleet and server', names: ['node', 'worker', 'doctor', 'env', 'login'] },
];

const OPTIONS = `Options
  -e, --env <name>         the environment to use instead of the selected one
  -a, --app-host <host>    the app to act in instead of the selected one
  -h, --help, --version    this help, or of the command before it; the version`;

const EXAMPLES = `Examples
  $ oo node add unix:///var/run/docker.sock  register this machine's engine
  $ oo definition save ./my-service.yaml     say what to run
  $ oo deployment save ./my-deployment.yaml  run it, and see how it goes`;

/** The help of all commands: it fits a screen however many there are, so only what is used most has its own line. */
export function rootHelp(description: string, entries: readonly Entry[]): string {
  const known = new Map(entries.map((entry) => [entry.name, entry]));
  const sections = SECTIONS.map(({ title, names }) => ({
    title,
    entries: names.map((name) => known.get(name)).filter((entry) => entry !== undefined),
  })).filter((section) => section.entries.length > 0);
  const shown = new Set(sections.flatMap((section) => section.entries.map(({ name }) => name)));
  const width = Math.max(...sections.flatMap((section) => section.entries.map((entry) => titleOf(entry).length))) + 2;
  const lines = sections.flatMap((section) => [
    section.title,
    ...section.entries.map((entry) => `  ${titleOf(entry).padEnd(width)}${entry.summary}`),
  ]);
  const others = entries.map(({ name }) => name).filter((name) => !shown.has(name));
  return [
    'Usage: oo [options] <command>',
    '',
    description,
    '',
    ...lines,
    'More',
    ...wrap(others.join(', '), WIDTH - 2).map((line) => `  ${line}`),
    '',
    OPTIONS,
    '',
    EXAMPLES,
    '',
    'More of each: oo <command> --help, oo help exit-codes, oo help environment',
    '',
  ].join('\n');
}

/** `deployment, depl`: the name, and the shortest of its others. */
function titleOf({ name, aliases }: Entry): string {
  const shortest = aliases.toSorted((a, b) => a.length - b.length)[0];
  return shortest === undefined ? name : `${name}, ${shortest}`;
}
