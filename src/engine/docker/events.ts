import { type EngineEvent, LABEL } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import { toHealth } from './container-state.ts';
import type { DockerApi } from './docker-api.ts';
import { toEngineError } from './failure.ts';
import { linesOf } from './json-lines.ts';
import { toUnixTime } from './unix-time.ts';

interface EventMessage {
  readonly Action: string;
  readonly time: number;
  readonly Actor: { readonly ID: string; readonly Attributes?: Readonly<Record<string, string>> };
}

const PLAIN_TYPES = ['create', 'start', 'die', 'oom', 'stop', 'kill', 'destroy'] as const;

/** See `Engine.events`. */
export async function* readEvents(
  api: DockerApi,
  options: { readonly since?: Date | undefined; readonly signal: AbortSignal },
): AsyncGenerator<EngineEvent> {
  const operation = `read events of ${api.url}`;
  const { signal, since } = options;
  const filters = { type: ['container'], label: [LABEL.managed], event: [...PLAIN_TYPES, 'health_status'] };
  const query = { filters, ...(since && { since: toUnixTime(since) }) };
  try {
    const chunks = api.stream({ method: 'GET', path: '/events', query }, { signal, openDeadline: api.deadlines.read });
    for await (const line of linesOf(chunks)) {
      const event = toEvent(line);
      if (event !== undefined) yield event;
    }
  } catch (error) {
    if (signal.aborted) return;
    throw toEngineError(operation, signal, error);
  }
  if (!signal.aborted) throw new EngineError('unreachable', `${operation}: the engine ended the stream`);
}

/** Undefined for actions that say nothing of a container's life. */
export function toEvent(line: string): EngineEvent | undefined {
  const message = JSON.parse(line) as EventMessage;
  const [action, detail] = message.Action.split(/:\s*/, 2);
  const attributes = message.Actor.Attributes ?? {};
  const common = { at: timeOf(line, message), containerId: message.Actor.ID, labels: labelsOf(attributes) };
  if (action === 'health_status') return { ...common, type: 'health', health: toHealth(detail) };
  const type = PLAIN_TYPES.find((each) => each === action);
  if (type === undefined) return undefined;
  return type === 'die' ? { ...common, type, exitCode: Number(attributes['exitCode']) } : { ...common, type };
}

/** Truncated to the millisecond: nanoseconds do not fit a number, and rounding up would skip what follows on resumption. */
function timeOf(line: string, message: EventMessage): Date {
  const nanos = /"timeNano":(\d+)/.exec(line)?.[1];
  return new Date(nanos === undefined ? message.time * 1_000 : Number(BigInt(nanos) / 1_000_000n));
}

/** The engine mixes its own attributes (image, name, exitCode …) into the labels. */
function labelsOf(attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !OWN_ATTRIBUTES.has(name)));
}

const OWN_ATTRIBUTES = new Set(['image', 'name', 'exitCode', 'signal', 'execDuration', 'execID', 'oldName']);
