import { EngineError } from '../engine-error.ts';
import type { SimulatedContainer } from './container.ts';
import type { SimulatedHost } from './host.ts';
import { simulatedHost } from './registry.ts';
import type { Answer, Question } from './script.ts';

export interface AskOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a container answers within the time; undefined when nobody does. Throws `refused` when it does not run. */
export async function answerOf(
  host: SimulatedHost,
  container: SimulatedContainer,
  question: Question,
  { timeoutMs, signal }: AskOptions,
): Promise<Answer | undefined> {
  if (container.phase !== 'running') {
    throw new EngineError('refused', `Container ${container.id} is not running`);
  }
  const runningMs = host.clock.now().getTime() - (container.startedAt?.getTime() ?? 0);
  const { answers } = container.script;
  const answer = answers === undefined ? serverAnswer(question) : answers(question, runningMs);
  const { afterMs = 0 } = answer ?? {};
  await host.clock.sleep(Math.min(afterMs, timeoutMs), signal);
  return afterMs >= timeoutMs && afterMs > 0 ? undefined : answer;
}

/** What reaches a simulated host over its simulated network; undefined also while that is cut, or the container has ended. */
export async function askSimulated(
  url: string,
  containerId: string,
  question: Question,
  options: AskOptions,
): Promise<Answer | undefined> {
  const host = simulatedHost(new URL(url).hostname);
  const container = host.find(containerId);
  if (container === undefined || container.phase !== 'running' || host.unreachable || host.hanging) return undefined;
  return answerOf(host, container, question, options);
}

function serverAnswer({ type }: Question): Answer {
  return { code: type === 'http' ? 200 : 0 };
}
