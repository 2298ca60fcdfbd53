import { openContext } from '../context.ts';
import { definitionFile } from '../document/definition-file.ts';
import { loadDocuments } from '../document/load.ts';
import { saveAll } from '../document/save-all.ts';
import { printValue } from '../output.ts';
import type { ListOptions } from './options.ts';

/** Saves every definition in the files, or none when one of them is not valid. */
export async function saveDefinitions(files: readonly string[], options: ListOptions): Promise<void> {
  const loaded = await loadDocuments(files, process.stdin, definitionFile);
  const context = await openContext(options);
  await saveAll(context, loaded, {
    noun: 'definition',
    name: ({ id }) => id,
    send: (definition) => context.client.call('saveDefinition', { body: { definition } }),
  });
  if (options.output !== 'table') {
    await printValue(
      context.terminal,
      options.output,
      loaded.map(({ value }) => value),
    );
  }
}
