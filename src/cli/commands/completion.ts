import { Argument, type Command } from 'commander';

import { SHELLS, type ShellName } from '../completion/shells.ts';
import { examples } from './options.ts';

/** `oo completion`. */
export function defineCompletion(command: Command): void {
  command
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        "echo 'source <(oo completion bash)' >> ~/.bashrc",
        "echo 'source <(oo completion zsh)' >> ~/.zshrc",
        'oo completion fish > ~/.config/fish/completions/oo.fish',
        'oo completion powershell | Out-String | Invoke-Expression',
      ),
    )
    .action(async (shell: ShellName) => {
      const { completionScript } = await import('../completion/tab.ts');
      process.stdout.write(completionScript(shell));
    });
}
