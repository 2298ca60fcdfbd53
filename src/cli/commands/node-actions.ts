import { openContext } from '../context.ts';
import { nodeKind, statusOf } from '../kinds/node.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import { printValue } from '../output.ts';
import type { GlobalOptions } from '../session.ts';
import type { ListOptions } from './options.ts';

/** Prints all nodes. */
export async function listNodes(options: ListingOptions): Promise<void> {
  const context = await openContext(options);
  await runList(context, options, {
    kind: nodeKind,
    fetch: async () => {
      const { body } = await context.call('list nodes', 'listNodes', { body: {} });
      const standings = new Map(body.states?.map((state) => [state.id, state]));
      return body.nodes.map((node) => ({ ...node, standing: standings.get(node.id) }));
    },
  });
}

/** Cordons or opens a node. */
export async function scheduleNode(
  node: string,
  scheduling: 'open' | 'cordoned',
  options: GlobalOptions,
): Promise<void> {
  const context = await openContext(options);
  const { body } = await context.call(`change node ${node}`, 'scheduleNode', {
    params: { id: node },
    body: { scheduling },
  });
  context.terminal.stdout.write(`${body.node.id} ${statusOf(body.node)}\n`);
}

interface AddOptions extends ListOptions {
  readonly cluster?: string;
  readonly zone?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly id?: string;
  readonly gpu?: { readonly name: string; readonly vram: string }[];
  readonly gpuMargin?: string;
  readonly reserveCpu?: string;
  readonly reserveMemory?: string;
}

/** Registers an engine; the server asks it for its capacity. */
export async function addNode(url: string, options: AddOptions): Promise<void> {
  const context = await openContext(options);
  const { id, cluster, zone, label: labels, gpu: gpus, gpuMargin, reserveCpu, reserveMemory } = options;
  const reserve = (reserveCpu ?? reserveMemory) ? { cpu: reserveCpu, memory: reserveMemory } : undefined;
  const { body } = await context.call(`add node ${url}`, 'saveNode', {
    body: { node: { url, id, cluster, zone, labels, gpus, gpuMargin, reserve } },
  });
  if (options.output !== 'table') return printValue(context.terminal, options.output, body.node);
  context.terminal.stdout.write(`${body.node.id}\n`);
}

/** Removes a node by its URL; one that does not exist is no error. */
export async function removeNode(url: string, options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  await context.call(`remove node ${url}`, 'deleteNode', { params: { url } });
}
