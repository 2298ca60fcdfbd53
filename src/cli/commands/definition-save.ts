import { openContext } from '../context.ts';
import { definitionFile } from '../document/definition-file.ts';
import { loadDocuments } from '../document/load.ts';
import { printValue } from '../output.ts';
import type { ListOptions } from './options.ts';
import { savingFailure } from './saving-failure.ts';

/** Saves every definition in the files, or none when one of them is not valid. */
export async function saveDefinitions(files: readonly string[], options: ListOptions): Promise<void> {
  const loaded = await loadDocuments(files, process.stdin, definitionFile);
  const context = await openContext(options);
  for (const one of loaded) {
    const what = `save definition ${one.value.id}`;
    await context.client.call('saveDefinition', { body: { definition: one.value } }).catch((error: unknown) => {
      throw savingFailure(context, error, what, one);
    });
  }
  if (options.output !== 'table') {
    await printValue(
      context.terminal,
      options.output,
      loaded.map(({ value }) => value),
    );
  }
}
