import type { Command } from 'commander';

import { webhookAttemptKind, webhookKind } from '../kinds/webhook.ts';
import { listOptions } from '../list/options.ts';
import { count, duration, examples, outputOption, subcommand } from './options.ts';

/** `oo webhook`. */
export function defineWebhook(group: Command): void {
  defineSave(group);
  const list = subcommand(group, 'list', 'ls').description('list webhooks: how far each is, and what keeps it');
  listOptions(list, webhookKind)
    .addHelpText('after', examples('oo webhook list', "oo webhook list --filter 'status=failing' -o wide"))
    .action(async (_, command: Command) => {
      await (await import('./webhook-actions.ts')).listWebhooks(command.optsWithGlobals());
    });
  subcommand(group, 'remove <id>', 'rm')
    .description('send nothing any more, and forget the secret')
    .addHelpText('after', examples('oo webhook remove pager'))
    .action(async (id: string, _, command: Command) => {
      await (await import('./webhook-actions.ts')).removeWebhook(id, command.optsWithGlobals());
    });
  subcommand(group, 'test <id>')
    .description('send one event that is not of the log, now, and say what came of it')
    .addOption(outputOption())
    .addHelpText('after', `\nExits with 1 when the receiver does not take it.\n${examples('oo webhook test pager')}`)
    .action(async (id: string, _, command: Command) => {
      await (await import('./webhook-actions.ts')).testWebhook(id, command.optsWithGlobals());
    });
  const deliveries = subcommand(group, 'deliveries <id>')
    .description('list the last attempts, newest first')
    .option('-n, --limit <number>', 'so many at most; a hundred are kept', count, 100);
  listOptions(deliveries, webhookAttemptKind)
    .addHelpText('after', examples('oo webhook deliveries pager', "oo webhook deliveries pager --filter 'error=*503*'"))
    .action(async (id: string, _, command: Command) => {
      await (await import('./webhook-actions.ts')).listDeliveries(id, command.optsWithGlobals());
    });
}

function defineSave(group: Command): void {
  subcommand(group, 'save <id>', 's')
    .description('say where events are sent to, signed; it replaces what was saved under that id')
    .requiredOption('--url <url>', 'where they are posted to: http or https, without user and password')
    .option('--type <types...>', 'only events of these types; * and ? match any')
    .option('--of <id>', 'only events of what has this id: a deployment with its replicas, a node …')
    .option('--actor <actor>', 'only what this actor caused: user/usr_x')
    .option('--correlation <id>', 'only events of this request')
    .option('--new-secret', 'make a secret here, and print it once; keep it for the receiver')
    .option('--secret-file <file>', 'the secret is the text of this file, or of - (standard input)')
    .option('--overlap <time>', 'how long the secret before it signs too: 1h; 0s ends that (default: 24h)', duration)
    .option('--disabled', 'send nothing until it is saved without this')
    .addHelpText(
      'after',
      [
        '',
        'A new webhook is sent what happens after its save. Without --new-secret and --secret-file it keeps the one that it has.',
        'The URL is in the log for everybody who reads events: put no secret in it.',
        examples(
          'oo webhook save pager --url https://hooks.example.com/x --type NodeLost RolloutFailed --new-secret',
          'oo webhook save all --url http://10.0.0.7:9000/events --secret-file ./secret.txt',
          'oo webhook save pager --url https://hooks.example.com/x --new-secret --overlap 1h',
        ),
      ].join('\n'),
    )
    .action(async (id: string, _, command: Command) => {
      await (await import('./webhook-actions.ts')).saveWebhook(id, command.optsWithGlobals());
    });
}
