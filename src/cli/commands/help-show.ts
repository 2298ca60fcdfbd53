import type { Command } from 'commander';

import { suggestion } from '../../domain/nearest.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { TOPICS } from '../help/topics.ts';

/** Prints the help of a command, as `--help` behind it does, or of a topic. */
export async function showHelp(words: readonly string[], { parent: program }: Command): Promise<void> {
  const [word = ''] = words;
  const topic = TOPICS.get(word);
  if (topic !== undefined) return void process.stdout.write(topic());
  const names = (program?.commands ?? []).flatMap((command) => [command.name(), ...command.aliases()]);
  if (word !== '' && !names.includes(word)) {
    throw new Failure(`there is no command or topic "${word}" (${suggestion(word, [...TOPICS.keys(), ...names])})`, {
      exitCode: EXIT.usage,
      next: ['oo --help'],
    });
  }
  await program?.parseAsync([...words, '--help'], { from: 'user' });
}
