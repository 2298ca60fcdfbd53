import tabOf from '@bomb.sh/tab/commander';
import { script } from '@bomb.sh/tab';
import type { Command } from 'commander';

import type { ShellName } from './shells.ts';

/** A word that may stand there, and what it means. */
export interface Proposal {
  readonly value: string;
  readonly description: string;
}

/** Proposals for the values of arguments and options, by name: `id`, `--output`. */
export type Values = ReadonlyMap<string, readonly Proposal[]>;

/** bash-completion's function, for where that package is not installed: words are what blanks part. */
const WITHOUT_BASH_COMPLETION = `
declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref() {
    local line=\${COMP_LINE:0:COMP_POINT}
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    cword=$(( \${#words[@]} - 1 ))
    cur=\${words[cword]}
    prev=\${words[cword - 1]}
}
`;

/** The script that a shell reads to complete `oo`; it asks `oo complete` for the words. */
export function completionScript(shell: ShellName): string {
  const [written] = writtenBy(() => script(shell, 'oo', 'oo'));
  if (shell !== 'bash') return `${written}\n`;
  // A file of start-up commands is read more than once, and what is read-only would complain.
  return `${written?.replaceAll(/^readonly /gm, '')}${WITHOUT_BASH_COMPLETION}`;
}

/**
 * What may follow the words, the last of which is being typed, one line each as `value<tab>description`; the last line
 * tells the shell how to take them. `path`: the command that the words have reached.
 */
export function proposalsFor(program: Command, path: string, words: readonly string[], values: Values): string {
  const completion = tabOf(program, { completionCommandName: 'completion' });
  for (const target of [completion, completion.commands.get(path)]) {
    if (target === undefined) continue;
    for (const [name, proposals] of values) {
      const handler = (complete: (value: string, description: string) => void): void => {
        for (const { value, description } of proposals) complete(value, description);
      };
      const argument = target.arguments.get(name);
      if (argument !== undefined) argument.handler = handler;
      else if (name.startsWith('--')) target.option(name.slice(2), '', handler);
    }
  }
  return `${writtenBy(() => completion.parse([...words])).join('\n')}\n`;
}

/** The package prints by itself; what it printed is taken instead. */
function writtenBy(print: () => void): readonly string[] {
  const printed: string[] = [];
  const { log } = console;
  console.log = (text: unknown) => void printed.push(String(text));
  try {
    print();
  } finally {
    console.log = log;
  }
  return printed;
}
