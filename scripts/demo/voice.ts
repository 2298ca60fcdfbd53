const color = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';

/** One line that says what comes. */
export function say(text: string): void {
  process.stdout.write(`${paint(36, `# ${text}`)}\n`);
}

/** Says what is under way, and behind it how long it took. */
export async function step<T>(text: string, work: () => Promise<T>): Promise<T> {
  process.stdout.write(paint(36, `# ${text}`));
  const started = performance.now();
  try {
    const result = await work();
    process.stdout.write(paint(36, ` (${((performance.now() - started) / 1_000).toFixed(1)} s)`));
    return result;
  } finally {
    process.stdout.write('\n');
  }
}

/** A command as one would type it. */
export function showCommand(command: string): void {
  process.stdout.write(`${paint(1, `$ ${command}`)}\n`);
}

/** What came of it. */
export function show(text: string): void {
  process.stdout.write(`${text}\n`);
}

function paint(code: number, text: string): string {
  return color ? `\u001b[${code}m${text}\u001b[0m` : text;
}
