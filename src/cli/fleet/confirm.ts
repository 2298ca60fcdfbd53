import { ask } from '../prompt.ts';
import type { Terminal } from '../terminal.ts';

/**
 * Asks a person whether to go on. Where nobody sits at the terminal, and with `yes`, it goes on without asking: a script
 * that got so far meant it, as with `kubectl drain`.
 */
export async function confirmed(terminal: Terminal, question: string, yes: boolean): Promise<boolean> {
  if (yes || terminal.stdin.isTTY !== true || terminal.stderr.isTTY !== true) return true;
  const answer = await ask(terminal, `${question} [y/N] `, { secret: false });
  return /^y(es)?$/i.test(answer.trim());
}
