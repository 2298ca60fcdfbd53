import type { EventType, RecordedEvent } from '../domain/event.ts';
import type { Projection, ProjectionName } from '../store/projection.ts';

type Recorded<T extends EventType> = Extract<RecordedEvent, { type: T }>;

interface Definition<T extends EventType, State> {
  readonly name: ProjectionName;
  readonly ownership: Projection['ownership'];
  /** The events that concern it. */
  readonly types: readonly T[];
  /** The row that an event changes. */
  readonly key: (event: Recorded<T>) => string | undefined;
  readonly evolve: (state: State | undefined, event: Recorded<T>) => State | undefined;
  readonly violation?: (state: State) => string | undefined;
}

/** A projection over the events of some types; all others pass it by. */
export function projection<T extends EventType, State>(definition: Definition<T, State>): Projection {
  const { name, ownership, types, key, evolve, violation } = definition;
  const wanted: ReadonlySet<string> = new Set(types);
  const concerns = (event: RecordedEvent): event is Recorded<T> => wanted.has(event.type);
  const result: Projection<State> = {
    name,
    ownership,
    keyOf: (event) => (concerns(event) ? key(event) : undefined),
    evolve: (state, event) => (concerns(event) ? evolve(state, event) : state),
    ...(violation === undefined ? {} : { violation }),
  };
  // The store hands back the state that `evolve` made for the same row; its type is lost only in between.
  return result as Projection;
}
