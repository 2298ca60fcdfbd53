import type { Terminal } from './terminal.ts';

/** How one thing is printed. */
export type Format = 'table' | 'json' | 'yaml';
export const FORMATS: readonly Format[] = ['table', 'json', 'yaml'];

/** Prints one value as JSON or YAML, as the server gave it. */
export async function printValue(terminal: Terminal, format: 'json' | 'yaml', value: unknown): Promise<void> {
  terminal.stdout.write(format === 'json' ? `${JSON.stringify(value, null, 2)}\n` : await toYaml(value));
}

/** The value as YAML, ending with a line break. */
export async function toYaml(value: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(value, { lineWidth: 0 });
}
