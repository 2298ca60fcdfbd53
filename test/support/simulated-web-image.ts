import type { ContainerSpec } from '../../src/engine/engine.ts';
import type { Answer, Conversation, Question, Script, SimulatedImage } from '../../src/engine/simulated/script.ts';

/** The simulated twin of the image that `buildWebImage` makes: same modes, same words, same exit codes. */
export function simulatedWebImage(version: string): SimulatedImage {
  return { bytes: 2_000_000, script: (spec) => ({ ...scriptOf(spec.env, version), answers, converses }) };
}

/** The commands of the suite, as busybox has them; over the network it serves. */
function answers(question: Question): Answer {
  if (question.type !== 'exec') return { code: 200 };
  const [name = '', ...words] = question.command;
  switch (name) {
    case 'true':
      return { code: 0 };
    case 'false':
      return { code: 1 };
    case 'echo':
      return { code: 0, text: words.join(' ') };
    case 'sleep':
      return { code: 0, afterMs: Number(words[0]) * 1_000 };
    default:
      return { code: 127, text: `${name}: not found` };
  }
}

/** The commands that are talked with. */
function converses(command: readonly string[], conversation: Conversation): Promise<number> | undefined {
  const { input, say, size, env } = conversation;
  const [name = '', word = ''] = command;
  const commands: Readonly<Record<string, () => Promise<number>>> = {
    async cat() {
      for await (const bytes of input) say(bytes.toString());
      return 0;
    },
    async env() {
      say(
        Object.entries(env)
          .map(([key, value]) => `${key}=${value}\n`)
          .join(''),
      );
      return 0;
    },
    // A shell, as far as the suite types.
    async sh() {
      for await (const typed of input) {
        for (const line of typed.toString().split(/[\n;]/)) {
          if (line.trim() === 'stty size') say(`${size.rows} ${size.columns}\r\n`);
          const code = /^ ?exit (\d+)$/.exec(line)?.[1];
          if (code !== undefined) return Number(code);
        }
      }
      return 0;
    },
    async ls() {
      say(`ls: ${word}: No such file or directory\n`, 'stderr');
      return 1;
    },
  };
  return commands[name]?.();
}

const BUSY = { cpuMillis: 1_000, memoryBytes: 1_000_000 };
const QUIET = { cpuMillis: 1, memoryBytes: 1_000_000 };

function scriptOf(env: ContainerSpec['env'], version: string): Script {
  const afterMs = Number(env['START_DELAY'] ?? 0) * 1_000;
  const code = Number(env['CODE'] ?? 1);
  switch (env['MODE']) {
    case 'exit':
      return {
        steps: [
          { kind: 'log', text: env['MESSAGE'] ?? 'ending', afterMs },
          { kind: 'log', text: `code ${code}`, stream: 'stderr' },
          { kind: 'exit', code },
        ],
      };
    case 'stubborn':
      return { steps: [{ kind: 'log', text: 'ignoring SIGTERM', afterMs }], ignoresSigterm: true, stats: QUIET };
    case 'burn':
      return { steps: [{ kind: 'log', text: 'burning', afterMs }], stats: BUSY };
    case 'sleep':
      return { steps: [{ kind: 'log', text: 'sleeping', afterMs }], stats: QUIET };
    case 'lines': {
      const lines = Array.from({ length: Number(env['COUNT'] ?? 10) }, (_, index) => ({
        kind: 'log' as const,
        text: `line ${index + 1}`,
        afterMs: index === 0 ? afterMs : 0,
      }));
      return { steps: [...lines, { kind: 'exit', code: 0 }] };
    }
    default: {
      const text = `serving ${env['VERSION'] ?? version} on ${env['PORT'] ?? '8080'}`;
      return { steps: [{ kind: 'log', text, afterMs }], stats: QUIET };
    }
  }
}
