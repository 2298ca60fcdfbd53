import type { Command } from 'commander';

import { examples } from './options.ts';

/** `oo save`. */
export function defineSave(command: Command): void {
  command
    .argument('<paths...>', 'YAML or JSON files, folders of them, or - for standard input; several objects each')
    .addHelpText(
      'after',
      [
        '',
        'Each object says in _meta what it is, or a _meta.yaml in its folder or above says it for all:',
        '',
        '  _meta: {entity: user-svc:permit}',
        '  permission: deploy-svc:deployment:view',
        '  slugs: [shop-svc]',
        '',
        'Anything else says where it is sent: _meta: {transport: {endpoint: "/my-svc/thing/{id}", method: PUT, body: thing}}.',
        'Everything is read and judged before anything is sent.',
        examples('oo save ./permit.yaml', 'oo save ./infrastructure/', 'cat all.yaml | oo save -'),
      ].join('\n'),
    )
    .action(async (paths: string[], _, self: Command) => {
      await (await import('./save-actions.ts')).saveAll(paths, self.optsWithGlobals());
    });
}
