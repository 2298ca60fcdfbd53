import { within } from '../ambient.ts';
import type { RecordedEvent } from '../domain/event.ts';
import {
  Fenced,
  InvariantViolated,
  StoreUnavailable,
  VersionConflict,
  type Appended,
  type Command,
} from '../store/command.ts';
import type { AppendEffects } from '../store/batch.ts';
import { keepTraces } from '../store/event-traces.ts';
import type { EventStore } from '../store/event-store.ts';
import { secondsSince, type Telemetry } from './telemetry.ts';

/** A store whose appends are measured, traced and logged; their events carry the trace to the jobs that they cause. */
export function observedStore(store: EventStore, { metrics, tracing, log }: Telemetry): EventStore {
  const append = async (command: Command): Promise<Appended> => {
    const begin = performance.now();
    let outcome = 'failed';
    try {
      const appended = await tracing.span(
        'append',
        { kind: 'internal', attributes: attributesOf(command) },
        async (span) => {
          const result = await store.append({
            ...command,
            context: { ...command.context, traceparent: tracing.traceparent() },
          });
          span.set({ 'deploy_svc.position': result.last });
          return result;
        },
      );
      outcome = appended.repeated ? 'repeated' : 'stored';
      for (const event of appended.events) count(event);
      log.debug('appended', tellOf(appended));
      return appended;
    } catch (error) {
      outcome = outcomeOf(error);
      throw error;
    } finally {
      metrics.observe('append_duration_seconds', { outcome }, secondsSince(begin));
    }
  };
  const count = (event: RecordedEvent): void => {
    metrics.count('events_appended_total', { type: event.type });
    if (event.type !== 'DeploymentScaled' || event.data.by !== 'autoscaler') return;
    const { from, to } = event.data;
    metrics.count('autoscale_decisions_total', { direction: to > from ? 'up' : 'down' });
  };
  return { ...store, append: (command) => within({ fields: fieldsOf(command) }, () => append(command)) };
}

/** Measures how many events a transaction stores, and keeps which traces they belong to. */
export function observedEffects(effects: AppendEffects, { metrics }: Pick<Telemetry, 'metrics'>): AppendEffects {
  return async (tx, events) => {
    await effects(tx, events);
    await keepTraces(tx, events);
    metrics.observe('append_batch_events', {}, events.length);
  };
}

function fieldsOf({ context: { correlationId, causationId } }: Command): Record<string, string> {
  return { correlationId, ...(causationId === undefined ? {} : { causationId }) };
}

function attributesOf(command: Command): Record<string, string | number> {
  const { appends, context } = command;
  const events = appends.reduce((sum, append) => sum + append.events.length, 0);
  const stream = appends[0]?.stream ?? '';
  return {
    'deploy_svc.stream': stream,
    'deploy_svc.events': events,
    'deploy_svc.correlation_id': context.correlationId,
  };
}

function tellOf({ first, last, events, repeated }: Appended): Record<string, unknown> {
  const types = [...Map.groupBy(events, ({ type }) => type)].map(([type, own]) => `${own.length} ${type}`);
  return { position: last, first, types, ...(repeated ? { repeated } : {}) };
}

function outcomeOf(error: unknown): string {
  if (error instanceof VersionConflict) return 'version_conflict';
  if (error instanceof InvariantViolated) return 'invariant_violated';
  if (error instanceof Fenced) return 'fenced';
  return error instanceof StoreUnavailable ? 'unavailable' : 'failed';
}
