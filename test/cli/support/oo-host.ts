import { Readable, Writable } from 'node:stream';

import { run } from '../../../src/cli/program.ts';
import type { Ran } from './oo.ts';

/** One command line to run: its words, the whole environment, and what is on standard input. */
export interface Call {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
}

/**
 * Runs command lines one after the other in this process, each as if it had it for itself: to start Node and load the program
 * costs twenty times what most of them do.
 */
async function runAlone({ args, env, stdin }: Call): Promise<Ran> {
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(env, name)) delete process.env[name];
  Object.assign(process.env, env);
  const [out, err] = [collector(), collector()];
  const streams = { stdin: Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]), stdout: out, stderr: err };
  for (const [name, value] of Object.entries(streams))
    Object.defineProperty(process, name, { value, configurable: true });
  process.exitCode = undefined;
  const code = await run(args);
  return { code, stdout: out.text(), stderr: err.text() };
}

function collector(): Writable & { text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return Object.assign(stream, { text: () => Buffer.concat(chunks).toString('utf8') });
}

process.on('disconnect', () => process.exit());
process.on('message', (call: Call) => {
  // What nobody awaits and fails must end the process, so that the caller hears of it.
  void runAlone(call).then((ran) => process.send?.(ran));
});
