import type { Argument, Command, Option } from 'commander';

/** How far typed words have come in the command tree. */
export interface Place {
  /** The command, by its own names: `['deployment', 'get']`. Empty: the program. */
  readonly path: readonly string[];
  readonly command: Command;
  /** Words that are neither commands nor options nor values of options. */
  readonly positionals: readonly string[];
  /** The option that the next word is the value of. */
  readonly awaiting: Option | undefined;
  /** The argument that the next word is. */
  readonly argument: Argument | undefined;
  /** Values of global options before the next word. */
  readonly env: string | undefined;
  readonly appHost: string | undefined;
}

/** Follows the words before the one that is being typed. `enter`: loads a command's own commands and options. */
export async function walk(
  program: Command,
  words: readonly string[],
  enter: (command: Command) => Promise<void>,
): Promise<Place> {
  let command = program;
  const path: string[] = [];
  const positionals: string[] = [];
  const globals = new Map<string, string>();
  let awaiting: Option | undefined;
  for (const word of words) {
    if (awaiting !== undefined) {
      globals.set(awaiting.attributeName(), word);
      awaiting = undefined;
    } else if (word.startsWith('-')) {
      awaiting = word.includes('=') ? undefined : (valued(command, word) ?? valued(program, word));
    } else {
      const next: Command | undefined =
        positionals.length > 0
          ? undefined
          : command.commands.find((one) => one.name() === word || one.aliases().includes(word));
      if (next === undefined) positionals.push(word);
      else {
        command = next;
        path.push(next.name());
        await enter(next);
      }
    }
  }
  const { registeredArguments: all } = command;
  const last = all.at(-1);
  const argument = all[positionals.length] ?? (last?.variadic === true ? last : undefined);
  const [env, appHost] = [globals.get('env'), globals.get('appHost')];
  return { path, command, positionals, awaiting, argument, env, appHost };
}

/** The option of that flag, if a value follows it. */
function valued(command: Command, flag: string): Option | undefined {
  const option = command.options.find(({ short, long }) => short === flag || long === flag);
  return option !== undefined && (option.required || option.optional) ? option : undefined;
}
