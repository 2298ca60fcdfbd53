import { openContext } from '../context.ts';
import { printListing, printValue } from '../output.ts';
import type { GlobalOptions } from '../session.ts';
import { formatHeartbeat } from '../text/duration.ts';
import type { ListOptions } from './options.ts';

/** Prints all nodes. */
export async function listNodes(options: ListOptions): Promise<void> {
  const context = await openContext(options);
  const { body } = await context.call('list nodes', 'listNodes', { body: {} });
  const now = Date.now();
  await printListing(context.terminal, options.output, {
    items: body.nodes,
    header: ['NODE ID', 'URL', 'LAST HEARTBEAT'],
    row: ({ id, url, lastHeartbeat }) => [id, url, formatHeartbeat(lastHeartbeat, now)],
    whenEmpty: 'No nodes yet. Register an engine with: oo node add unix:///var/run/docker.sock',
  });
}

interface AddOptions extends ListOptions {
  readonly cluster?: string;
  readonly zone?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly id?: string;
}

/** Registers an engine; the server asks it for its capacity. */
export async function addNode(url: string, options: AddOptions): Promise<void> {
  const context = await openContext(options);
  const { id, cluster, zone, label: labels } = options;
  const { body } = await context.call(`add node ${url}`, 'saveNode', {
    body: { node: { url, id, cluster, zone, labels } },
  });
  if (options.output !== 'table') return printValue(context.terminal, options.output, body.node);
  context.terminal.stdout.write(`${body.node.id}\n`);
}

/** Removes a node by its URL; one that does not exist is no error. */
export async function removeNode(url: string, options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  await context.call(`remove node ${url}`, 'deleteNode', { params: { url } });
}
