import { expect, test } from 'vitest';

import { exampleReplica, exampleView } from '../../../test/cli/support/example-view.ts';
import type { Terminal } from '../terminal.ts';
import { createProgress } from './progress.ts';

/** A terminal that keeps what is written to it. */
function recorder(options: { isTTY: boolean; columns?: number; rows?: number; color?: boolean }): {
  terminal: Terminal;
  written: string[];
} {
  const written: string[] = [];
  const stream = { columns: 80, rows: 24, ...options, write: (text: string) => written.push(text) };
  const stderr = stream as unknown as NodeJS.WriteStream;
  return { terminal: { ...process, stderr, color: options.color ?? false }, written };
}

const deploying = exampleView({ deployment: { status: 'Deploying' }, progress: { ready: 0, updated: 0 } });

test('on a terminal the block is drawn over the one before, and not again when nothing changed', () => {
  const { terminal, written } = recorder({ isTTY: true });
  const progress = createProgress(terminal);
  progress.update(deploying);
  progress.update({ ...deploying, position: 11 });
  progress.update(exampleView());
  expect(written).toHaveLength(2);
  expect(written[0]).toBe(
    'depl_x Deploying 0/1 ready (revision 1)\n' +
      '  REPLICA   REVISION   STATUS   NODE     REASON\n' +
      '  0         1          Ready    node_1\n',
  );
  expect(written[1]?.startsWith('\u001b[3A\u001b[Jdepl_x OK 1/1')).toBe(true);
});

test('no line is wider than the terminal, and the block is not higher', () => {
  const replicas = Array.from({ length: 50 }, (_, ordinal) => exampleReplica({ id: `repl_${ordinal}`, ordinal }));
  const { terminal, written } = recorder({ isTTY: true, columns: 20, rows: 10 });
  createProgress(terminal).update(exampleView({ replicas }));
  const lines = written.join('').trimEnd().split('\n');
  expect(lines).toHaveLength(9);
  expect(lines.at(-1)).toBe('… and 44 more lines');
  expect(Math.max(...lines.map((line) => Array.from(line).length))).toBeLessThan(20);
});

test('colours only when they are wanted', () => {
  for (const color of [true, false]) {
    const { terminal, written } = recorder({ isTTY: true, color });
    createProgress(terminal).update(exampleView());
    expect(written.join('').includes('\u001b[32mOK\u001b[0m')).toBe(color);
  }
});

test('elsewhere a line for each change and no escape sequence', () => {
  const { terminal, written } = recorder({ isTTY: false });
  const progress = createProgress(terminal);
  progress.update(deploying);
  progress.update({ ...deploying, position: 11 });
  progress.update(exampleView());
  expect(written).toEqual([
    'depl_x replica 0 of revision 1 Ready on node_1\ndepl_x Deploying 0/1 ready (revision 1)\n',
    'depl_x OK 1/1 ready (revision 1)\n',
  ]);
});
