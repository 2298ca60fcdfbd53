import { ApiError, ServerUnreachable } from '../../api/client-error.ts';
import type { DeploymentView, EventView } from '../../api/contract/deploy-schemas.ts';
import type { Context } from '../context.ts';
import { describeFailures } from './describe.ts';
import { Doorbell } from './doorbell.ts';
import { eventFeed } from './event-feed.ts';
import { type Fate, fateOf, type Observed } from './fate.ts';

/** Without a stream the view is asked for this often; with one only to be sure. */
const POLL = 1000;
const SAFETY_POLL = 5000;

export interface FollowRollout {
  readonly deploymentId: string;
  /** The log's position of the save; absent when it changed nothing, and when nobody saved. */
  readonly savedAt?: number | undefined;
  /** On the monotonic clock; now when absent. */
  readonly startedAt?: number | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  /** Told of every view that is an answer to the save, the last one included. */
  readonly onView: (view: DeploymentView) => void;
}

/** How it ended. */
export interface Outcome {
  readonly fate: Exclude<Fate, 'pending'> | 'timeout';
  readonly view: DeploymentView;
  readonly milliseconds: number;
  /** What failed on the way, as it was seen last. */
  readonly failures: readonly string[];
}

/** Follows a deployment until its fate is known or the time is up. A server that goes away for a while is waited for. */
export async function followRollout(context: Context, options: FollowRollout): Promise<Outcome> {
  const started = options.startedAt ?? performance.now();
  const deadline = started + options.timeout;
  const ended = new AbortController();
  const watch = new Watch(context, options, ended.signal);
  try {
    for (;;) {
      const view = await watch.look();
      const now = performance.now();
      const observed = watch.observed(view, now);
      const fate = view === undefined ? 'pending' : fateOf(view, observed);
      if (view !== undefined && !(fate === 'pending' && isOutdated(view, observed))) options.onView(view);
      if (view !== undefined && fate !== 'pending')
        return { fate, view, milliseconds: now - started, failures: watch.failures };
      if (now >= deadline) {
        return { fate: 'timeout', view: watch.lastView(), milliseconds: now - started, failures: watch.failures };
      }
      await watch.change(Math.max(1, deadline - now));
    }
  } finally {
    ended.abort();
    await watch.finished;
  }
}

class Watch {
  readonly #context: Context;
  readonly #options: FollowRollout;
  readonly #bell = new Doorbell();
  readonly #signal: AbortSignal;
  /** Settles when the stream has been left. */
  finished: Promise<void> = Promise.resolve();
  /** Of the last view in which a replica failed. */
  failures: readonly string[] = [];
  #view: DeploymentView | undefined;
  #streaming = false;
  /** The position at which the planner is known to have seen the save. */
  #plannedAt: number | undefined;
  #changedAt = performance.now();
  #lost: ServerUnreachable | undefined;
  #broken: Error | undefined;

  constructor(context: Context, options: FollowRollout, signal: AbortSignal) {
    this.#context = context;
    this.#options = options;
    this.#signal = signal;
    if (options.savedAt === undefined) this.#plannedAt = 0;
    if (options.savedAt !== undefined) this.#listen(options.savedAt);
  }

  /** The present view; undefined while the server cannot be reached. Throws a `Failure` when it refuses. */
  async look(): Promise<DeploymentView | undefined> {
    const { deploymentId } = this.#options;
    if (this.#broken !== undefined) throw this.#broken;
    try {
      const { body } = await this.#context.client.call('showDeployment', { params: { id: deploymentId } });
      if (this.#view === undefined && this.#options.savedAt === undefined) this.#listen(body.position);
      if (JSON.stringify({ ...body, position: 0 }) !== JSON.stringify({ ...this.#view, position: 0 })) {
        this.#changedAt = performance.now();
      }
      this.#view = body;
      const failures = describeFailures(body);
      if (failures.length > 0) this.failures = failures;
      this.#lost = undefined;
      return body;
    } catch (error) {
      if (error instanceof ServerUnreachable) this.#lost = error;
      else if (!(error instanceof ApiError) || error.status < 500) throw this.#failure(error);
      return undefined;
    }
  }

  /** What is known beside the view. */
  observed(view: DeploymentView | undefined, now: number): Observed {
    // The event may overtake an answer that was made before it.
    const planned = this.#plannedAt !== undefined && (view?.position ?? 0) >= this.#plannedAt;
    return { planned, quiet: now - this.#changedAt };
  }

  /** The last view that came; throws when the server could not be reached at the end, or never. */
  lastView(): DeploymentView {
    if (this.#lost !== undefined) throw this.#failure(this.#lost);
    if (this.#view === undefined) throw this.#failure(new Error('no answer came in time'));
    return this.#view;
  }

  /** Resolves when something may have changed. */
  async change(atMost: number): Promise<void> {
    await this.#bell.wait(Math.min(atMost, this.#streaming && this.#plannedAt !== undefined ? SAFETY_POLL : POLL));
  }

  #listen(after: number): void {
    this.finished = this.#stream(after).catch((error: unknown) => {
      this.#streaming = false;
      // Without the stream (a missing permission, say) asking for the view does the same, only slower.
      if (error instanceof ApiError) return;
      this.#broken = error instanceof Error ? error : new Error(String(error));
      this.#bell.ring();
    });
  }

  async #stream(after: number): Promise<void> {
    const { deploymentId, savedAt } = this.#options;
    const feed = eventFeed(this.#context.client, {
      after,
      deploymentId,
      signal: this.#signal,
      onBreak: () => {
        this.#streaming = false;
      },
    });
    for await (const event of feed) {
      this.#streaming = true;
      this.#changedAt = performance.now();
      if (savedAt !== undefined && isAnswerTo(event, savedAt)) this.#plannedAt ??= event.position;
      this.#bell.ring();
    }
  }

  #failure(error: unknown): unknown {
    const { deploymentId } = this.#options;
    return this.#context.failure(error, `follow deployment ${deploymentId}`, 'oo deployment list');
  }
}

/** Whether it tells of an end before the save, which would look like the end of what has not begun. */
function isOutdated({ deployment }: DeploymentView, { planned }: Observed): boolean {
  return !planned && deployment.status !== 'Pending' && deployment.status !== 'Deploying';
}

/** Whether the event shows that the planner has seen the save: its events are made from what the stream then held. */
function isAnswerTo({ type, position }: EventView, savedAt: number): boolean {
  return (type === 'DeploymentPlanned' || type === 'DeploymentStatusChanged') && position > savedAt;
}
