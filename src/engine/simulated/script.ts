import type { ContainerSpec, ContainerState, ContainerStats, LogLine } from '../engine.ts';

/** One thing that a simulated container does, `afterMs` milliseconds after the one before. */
export type Step = { readonly afterMs?: number } & (
  | { readonly kind: 'log'; readonly text: string; readonly stream?: LogLine['stream'] }
  | { readonly kind: 'health'; readonly health: NonNullable<ContainerState['health']> }
  | { readonly kind: 'stats'; readonly stats: ContainerStats }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'oom' }
);

/** What somebody asks of a running container: over the network, or by a command in it. */
export type Question =
  | { readonly type: 'tcp'; readonly port: number }
  | { readonly type: 'http'; readonly port: number; readonly path: string }
  | { readonly type: 'exec'; readonly command: readonly string[] };

/** An exit code or an HTTP status; a connection is accepted whatever the code. */
export interface Answer {
  readonly code: number;
  readonly text?: string;
  /** Milliseconds that it takes; 0 when absent. */
  readonly afterMs?: number;
}

/** A command in a container that somebody talks with. */
export interface Conversation {
  /** What is typed; ends with the input. */
  readonly input: AsyncIterable<Buffer>;
  readonly say: (text: string, stream?: LogLine['stream']) => void;
  /** Of the terminal, as it is now. */
  readonly size: { readonly columns: number; readonly rows: number };
  readonly env: Readonly<Record<string, string>>;
  readonly tty: boolean;
  /** Aborts when nobody listens any more. */
  readonly ended: AbortSignal;
}

/** How a container behaves from its start on. After the last step it goes on running. */
export interface Script {
  readonly steps?: readonly Step[];
  /** Only SIGKILL ends it. */
  readonly ignoresSigterm?: boolean;
  /** From SIGTERM to its end, milliseconds; 0 when absent. */
  readonly shutdownMs?: number;
  /** Its exit code after SIGTERM; 0 when absent. */
  readonly sigtermExitCode?: number;
  /** What it uses from its start on; nothing when absent. */
  readonly stats?: ContainerStats;
  /** Its answer to a question, asked so many milliseconds after its start; undefined: nobody answers. A server's where absent. */
  readonly answers?: (question: Question, runningMs: number) => Answer | undefined;
  /** Carries a command out that is talked with, and resolves with its exit code; undefined: `answers` says what comes of it. */
  readonly converses?: (command: readonly string[], conversation: Conversation) => Promise<number> | undefined;
  /** The engine's words when it cannot even be started, as for an entry point that does not exist. */
  readonly startFailure?: string;
}

/** An image: how its containers behave, and its size for pulling. */
export interface SimulatedImage {
  readonly script: (spec: ContainerSpec) => Script;
  readonly bytes?: number;
}

/** Says that it serves, and serves until it is told to end. */
export const SERVER_IMAGE: SimulatedImage = {
  script: () => ({ steps: [{ kind: 'log', text: 'serving' }], stats: { cpuMillis: 1, memoryBytes: 1_048_576 } }),
  bytes: 2_097_152,
};
