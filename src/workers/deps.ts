import type { Clock } from '../clock.ts';
import type { Check } from '../domain/probe/plan.ts';
import type { JobQueue } from '../jobs/queue.ts';
import type { Logger } from '../logger.ts';
import type { Database } from '../postgres/database.ts';
import type { plan } from '../planner/planner.ts';
import type { RouterView } from '../routing/drained.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Vault } from '../vault/vault.ts';
import type { Outcome, PostmanOptions } from '../webhooks/post.ts';
import type { CheckpointKeeping } from './audit/sign-checkpoints.ts';
import type { BuildSettings } from './build/settings.ts';
import type { EnginePool } from './engine-pool.ts';
import type { Membership } from './membership.ts';
import type { Binding } from './pool/binding.ts';
import type { Surroundings } from './surroundings.ts';
import type { Templates } from './templates.ts';

/** The steps of starting a container, in order. Tests end the process after each of them. */
export type StartStep = 'claimed' | 'pulled' | 'created' | 'created-stored' | 'started' | 'started-stored';

/** The steps of stopping one. */
export type StopStep = 'found' | 'stopped' | 'removed' | 'stopped-stored';

/** The steps of asking one whether it answers as it should. */
export type SmokeStep = 'asked' | 'asked-stored';

/** The steps of building an image. */
export type BuildStep = 'build-started' | 'built';

/** Any of them. */
export type Step = StartStep | StopStep | SmokeStep | BuildStep;

/** `silent`: nobody answered in time. `engine_failed`: the engine could not be asked, which says nothing of the replica. */
export type ProbeOutcome = 'passed' | 'failed' | 'silent' | 'engine_failed';

/** What a worker works with. */
export interface WorkerDeps {
  readonly store: EventStore;
  readonly queue: JobQueue;
  readonly database: Database;
  readonly engines: EnginePool;
  /** Values of secrets. */
  readonly vault: Pick<Vault, 'values'>;
  readonly surroundings: Surroundings;
  readonly templates: Templates;
  /** The planner, or one around it that measures; the planner itself by default. */
  readonly plan?: typeof plan | undefined;
  /** Told of each question of a probe. */
  readonly onProbe?: ((check: Check['type'], outcome: ProbeOutcome) => void) | undefined;
  readonly builds: BuildSettings;
  /** The part of the work that its process takes; all of it when absent. */
  readonly binding?: Binding | undefined;
  /**
   * The life in whose name it acts: that of the claim for a job, that of the lock for a watch. What a worker began before
   * it was declared dead must not be written in the name of the life that follows.
   */
  readonly membership: { readonly present: Membership };
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds between two looks of the autoscaler, and between two samples of a replica. */
  readonly autoscaleIntervalMs: number;
  /** What checkpoints of the log are signed with, and where they are kept. */
  readonly checkpoints: CheckpointKeeping;
  /** How webhooks are sent to. */
  readonly webhooks: PostmanOptions;
  /** Told what became of each attempt to deliver to a webhook. */
  readonly onDelivery?: ((outcome: Outcome['kind']) => void) | undefined;
  /** Owner label of our containers. */
  readonly installationId: string;
  /** The routers that are waited for before what they know is stopped; those of the table by default. */
  readonly routers?: (() => Promise<readonly RouterView[]>) | undefined;
  /** Told when a step is done, before the next one begins. */
  readonly onStep?: ((step: Step, id: string) => void) | undefined;
}
