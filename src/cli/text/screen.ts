import { cutTo } from './width.ts';

/** A block of lines at the end of what a terminal shows, which is drawn anew. */
export interface Screen {
  /** Does nothing when the lines are those that are there. `paint`: colours for a line that is cut already. */
  draw(lines: readonly string[], paint?: (line: string) => string): void;
}

/** Draws on that stream. Lines are cut to what it can hold: one that wraps or scrolls away could not be drawn over. */
export function createScreen(stream: NodeJS.WriteStream): Screen {
  let drawn: readonly string[] = [];
  return {
    draw(wanted, paint = (line) => line) {
      // A terminal that does not know its size says 0.
      const lines = fit(wanted, stream.columns || 80, (stream.rows || 24) - 1);
      if (lines.join('\n') === drawn.join('\n')) return;
      // Up to the block's first line, and everything below it away.
      const back = drawn.length === 0 ? '' : `\u001b[${drawn.length}A\u001b[J`;
      drawn = lines;
      stream.write(`${back}${lines.map((line) => `${paint(line)}\n`).join('')}`);
    },
  };
}

function fit(lines: readonly string[], columns: number, rows: number): readonly string[] {
  const shown =
    lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `… and ${lines.length - rows + 1} more lines`];
  return shown.map((line) => cutTo(line, columns - 1));
}
