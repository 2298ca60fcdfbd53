import { setTimeout as pause } from 'node:timers/promises';

import { EngineError } from '../engine/engine-error.ts';
import type { ExecSession } from '../engine/engine.ts';
import type { Executor, Opened } from '../services/exec/executor.ts';
import type { Place } from '../services/exec/place.ts';
import type { RequestContext } from '../services/handler.ts';
import { CHANNEL, type SessionStatus } from './contract/exec-protocol.ts';
import { sessionStart, type SessionStart, terminalSize } from './contract/exec-schemas.ts';
import { failureOf } from './failure.ts';
import { checked } from './input.ts';
import type { RequestLog } from './log.ts';
import type { Channels } from './websocket.ts';

/** For the first message. */
const START_MS = 10_000;
/** A conversation in which nobody has said anything for so long is ended. */
export const IDLE_MS = 15 * 60_000;
/** A command's terminal is there a moment after it was started. */
const RESIZE_TRIES = 10;
const RESIZE_MS = 50;

export interface ConverseOptions {
  readonly executor: Executor;
  readonly place: Place;
  readonly context: RequestContext;
  readonly closing: AbortSignal;
  readonly log: RequestLog;
}

/** Runs what the first message asks for, and carries bytes in both directions until either side ends. Every failure is told. */
export async function converse(channels: Channels, options: ConverseOptions): Promise<void> {
  const tell = (status: SessionStatus): Promise<void> =>
    channels.send(CHANNEL.status, Buffer.from(JSON.stringify(status)));
  const idle = new AbortController();
  const ended = AbortSignal.any([channels.gone, options.closing, idle.signal]);
  const inbox = new Inbox(channels);
  try {
    const start = await inbox.start(ended);
    const opened = await options.executor.open(options.place, start, options.context);
    await using session = opened.session;
    const over = (): void => void session[Symbol.asyncDispose]();
    ended.addEventListener('abort', over, { once: true });
    const clock = setTimeout(() => idle.abort(), IDLE_MS);
    inbox.attend(session, clock);
    // Whoever is told that it has begun may type.
    await tell({ status: 'started', ...opened.place });
    await Promise.all([initialSize(session, start), relay(channels, opened, clock)]).finally(() => clearTimeout(clock));
    await tell({ status: 'ended', exitCode: await session.exitCode() });
    channels.close(1000);
  } catch (error) {
    if (channels.gone.aborted) return;
    if (options.closing.aborted) return channels.close(1001, 'the server is closing');
    const why = idle.signal.aborted
      ? { status: 408, message: `nobody said anything for ${IDLE_MS / 60_000} minutes` }
      : told(error);
    if (why.status === 500) options.log.error('a command could not be attended to', { error });
    const problems = 'problems' in why && why.problems !== undefined ? { problems: [...why.problems] } : {};
    await tell({ status: 'failed', code: why.status, error: why.message, ...problems });
    channels.close(1011);
  }
}

/** What broke while it ran is the engine's to say. */
function told(error: unknown): ReturnType<typeof failureOf> {
  return error instanceof EngineError ? { status: 502, message: error.message } : failureOf(error);
}

async function relay(channels: Channels, { session }: Opened, clock: NodeJS.Timeout): Promise<void> {
  for await (const { stream, bytes } of session.output) {
    clock.refresh();
    await channels.send(CHANNEL[stream], bytes);
  }
}

async function initialSize(session: ExecSession, { tty, columns, rows }: SessionStart): Promise<void> {
  if (!tty || columns === undefined || rows === undefined) return;
  for (let tried = 1; ; tried += 1) {
    try {
      return await session.resize(columns, rows);
    } catch (error) {
      // A command may have ended before anybody could tell it how large its terminal is.
      if (!(error instanceof EngineError)) throw error;
      if (tried >= RESIZE_TRIES) return;
      await pause(RESIZE_MS);
    }
  }
}

/** What comes from the other side: first what to run, then what is typed. */
class Inbox {
  readonly #started = Promise.withResolvers<SessionStart>();
  #session: ExecSession | undefined;
  #clock: NodeJS.Timeout | undefined;

  constructor(channels: Channels) {
    this.#started.promise.catch(() => undefined);
    channels.receive((channel, bytes) => this.#deal(channel, bytes));
  }

  async start(ended: AbortSignal): Promise<SessionStart> {
    const late = setTimeout(
      () => this.#started.reject(new EngineError('timeout', `nothing to run was said within ${START_MS / 1_000} s`)),
      START_MS,
    );
    ended.addEventListener('abort', () => this.#started.reject(ended.reason), { once: true });
    return this.#started.promise.finally(() => clearTimeout(late));
  }

  attend(session: ExecSession, clock: NodeJS.Timeout): void {
    this.#session = session;
    this.#clock = clock;
  }

  async #deal(channel: number, bytes: Buffer): Promise<void> {
    this.#clock?.refresh();
    switch (channel) {
      case CHANNEL.start:
        return this.#begin(bytes);
      case CHANNEL.stdin:
        return this.#session?.write(bytes);
      case CHANNEL.endInput:
        return this.#session?.endInput();
      case CHANNEL.resize:
        return this.#resize(bytes);
      default:
        // A later version of the other side may say more than this one knows.
        return undefined;
    }
  }

  #begin(bytes: Buffer): void {
    try {
      this.#started.resolve(checked(sessionStart, JSON.parse(bytes.toString())));
    } catch (error) {
      this.#started.reject(error);
    }
  }

  async #resize(bytes: Buffer): Promise<void> {
    const { success, data } = terminalSize.safeParse(parsed(bytes));
    if (!success || this.#session === undefined) return;
    try {
      await this.#session.resize(data.columns, data.rows);
    } catch (error) {
      // The command has just ended, or its terminal is not there yet: its output says which.
      if (!(error instanceof EngineError)) throw error;
    }
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
