import type { ContainerSpec } from '../../src/engine/engine.ts';
import type { Answer, Question, Script, SimulatedImage } from '../../src/engine/simulated/script.ts';

/** The simulated twin of the image that `buildWebImage` makes: same modes, same words, same exit codes. */
export function simulatedWebImage(version: string): SimulatedImage {
  return { bytes: 2_000_000, script: (spec) => ({ ...scriptOf(spec.env, version), answers }) };
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
