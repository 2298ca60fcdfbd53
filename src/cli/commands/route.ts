import type { Command } from 'commander';

import { certKind, routeKind } from '../kinds/proxy.ts';
import { listOptions } from '../list/options.ts';
import { atOption } from './at-option.ts';
import { examples, subcommand } from './options.ts';

/** `oo route`. */
export function defineRoute(group: Command): void {
  subcommand(group, 'save', 's')
    .description('say where the requests of hosts and paths go to, as files say; all of them or none')
    .argument('<files...>', 'YAML or JSON files, directories of them, or - for standard input; several objects each')
    .addHelpText('after', examples('oo route save ./routes.yaml      (id: shop.example, target: http://10.0.0.7:8080)'))
    .action(async (files: string[], _, command: Command) => {
      await (await import('./route-actions.ts')).saveRoutes(files, command.optsWithGlobals());
    });
  const list = subcommand(group, 'list [ids...]', 'ls').description('list routes').addOption(atOption());
  listOptions(list, routeKind)
    .addHelpText('after', examples('oo route list', 'oo r ls shop.example -o json'))
    .action(async (ids: string[], _, command: Command) => {
      await (await import('./route-actions.ts')).listRoutes(ids, command.optsWithGlobals());
    });
  subcommand(group, 'remove <ids...>', 'rm')
    .description('remove routes')
    .addHelpText('after', examples('oo route remove shop.example/admin'))
    .action(async (ids: string[], _, command: Command) => {
      await (await import('./route-actions.ts')).removeRoutes(ids, command.optsWithGlobals());
    });
}

/** `oo cert`. */
export function defineCert(group: Command): void {
  const list = subcommand(group, 'list [ids...]', 'ls').description('list certificates');
  listOptions(list, certKind)
    .addHelpText('after', examples('oo cert list'))
    .action(async (ids: string[], _, command: Command) => {
      await (await import('./route-actions.ts')).listCerts(ids, command.optsWithGlobals());
    });
  subcommand(group, 'raw [ids...]')
    .description('print certificates as PEM')
    .addHelpText('after', examples('oo cert raw shop.example > shop.pem'))
    .action(async (ids: string[], _, command: Command) => {
      await (await import('./route-actions.ts')).printCerts(ids, command.optsWithGlobals());
    });
}
