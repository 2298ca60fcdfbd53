import type { ContainerPhase, ContainerSpec, ContainerState, ContainerStats, LogLine } from '../engine.ts';
import type { Feed } from './feed.ts';
import type { Script } from './script.ts';

/** A simulated container as its host keeps it. */
export interface SimulatedContainer {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly labels: Readonly<Record<string, string>>;
  readonly script: Script;
  phase: ContainerPhase;
  exitCode?: number | undefined;
  oomKilled: boolean;
  error?: string | undefined;
  startedAt?: Date | undefined;
  finishedAt?: Date | undefined;
  ports: readonly { readonly internal: number; readonly host: number }[];
  health?: ContainerState['health'];
  stats: ContainerStats;
  /** What it has said over all its runs. */
  readonly logged: LogLine[];
  /** The present run: aborted at its end. */
  run?: { readonly over: AbortController; readonly output: Feed<LogLine> } | undefined;
}

/** The container as the port shows it. */
export function toState(container: SimulatedContainer): ContainerState {
  const ended = container.phase === 'exited' || container.phase === 'dead';
  return {
    id: container.id,
    name: container.spec.name,
    image: container.spec.image,
    labels: container.labels,
    phase: container.phase,
    exitCode: ended ? container.exitCode : undefined,
    oomKilled: ended ? container.oomKilled : undefined,
    error: container.error,
    startedAt: container.startedAt,
    finishedAt: ended ? container.finishedAt : undefined,
    ports: container.phase === 'running' ? container.ports : [],
    health: container.health,
  };
}
