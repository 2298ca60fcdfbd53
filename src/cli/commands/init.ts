import { type Command, InvalidArgumentError, Option } from 'commander';

import { examples } from './options.ts';

/** `oo init`. */
export function defineInit(command: Command): void {
  command
    .argument('[folder]', 'where to write definition.yaml and deployment.yaml; it is made if need be', '.')
    .addOption(new Option('--image <name>', 'the image to run').conflicts('repository'))
    .addOption(new Option('--repository <url>', 'the repository that an image is built from').conflicts('image'))
    .option('--port <number>', 'the port that the container listens on', port)
    .option('--name <id>', 'what the ids end with; the name of the folder when absent')
    .addHelpText(
      'after',
      examples(
        'oo init shop --image nginx:1.29 --port 80',
        'oo init . --repository https://github.com/user/repo.git --port 3000',
        'oo init --name shop',
      ),
    )
    .action(async (folder: string, _, self: Command) => {
      await (await import('./init-actions.ts')).init(folder, self.optsWithGlobals());
    });
}

function port(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > 65_535) {
    throw new InvalidArgumentError('It is a number from 1 to 65535.');
  }
  return Number(text);
}
