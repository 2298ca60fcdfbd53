import type { ExecPlace, SessionStart } from '../../api/contract/exec-schemas.ts';
import { streamOf } from '../../domain/stream.ts';
import type { Engine, ExecSession } from '../../engine/engine.ts';
import type { EventStore } from '../../store/event-store.ts';
import { atEngine } from '../container/engine-failure.ts';
import { callerOf, type RequestContext } from '../handler.ts';
import { Refusal } from '../refusal.ts';
import { type Place, placeOf } from './place.ts';

/** Commands in containers that one process attends to at a time. */
export const MAX_SESSIONS = 50;

export interface ExecDeps {
  readonly store: EventStore;
  readonly engineAt: (url: string) => Engine;
}

/** A command that runs, where it runs, and where the log recorded it. */
export interface Opened {
  readonly place: ExecPlace;
  readonly session: ExecSession;
  readonly position: number;
}

/** Has commands run in containers of replicas, and each recorded before it is. */
export interface Executor {
  /** Where a command for this id would run. Throws NotFound and Conflict. */
  place(id: string): Promise<Place>;
  /** Throws Refusal: 429 when this process attends to as many as it may, else with the engine's words. */
  open(place: Place, start: SessionStart, context: RequestContext): Promise<Opened>;
}

export function executor({ store, engineAt }: ExecDeps): Executor {
  let open = 0;
  return {
    place: (id) => placeOf(store, id),
    async open({ place, node }, start, context) {
      if (open >= MAX_SESSIONS) {
        throw new Refusal(429, `this server attends to ${open} commands already; try again later`, 5);
      }
      open += 1;
      try {
        const position = await record(store, place, start, context);
        const { command, tty, stdin, env, user, workingDirectory } = start;
        const options = { tty, stdin, env, user, workingDirectory };
        const session = await atEngine(() => engineAt(node.url).openSession(place.containerId, command, options));
        return { place, position, session: counted(session, () => (open -= 1)) };
      } catch (error) {
        open -= 1;
        throw error;
      }
    },
  };
}

/** A stream of its own: a replica's life does not wait for what people do in it. */
async function record(
  store: EventStore,
  place: ExecPlace,
  { command: [program = '', ...rest], env = {}, tty, user }: SessionStart,
  context: RequestContext,
): Promise<number> {
  const data = {
    ...place,
    program,
    arguments: rest.length,
    variables: Object.keys(env),
    terminal: tty,
    ...(user === undefined ? {} : { user }),
  };
  const { last } = await store.append({
    context: { actor: `user/${callerOf(context).slug}`, correlationId: context.correlationId },
    appends: [
      {
        stream: streamOf('exec', place.replicaId),
        expectedVersion: 'any',
        events: [{ type: 'ReplicaExecuted', data }],
      },
    ],
  });
  return last;
}

function counted(session: ExecSession, ended: () => void): ExecSession {
  let over = false;
  return {
    output: session.output,
    write: (bytes) => session.write(bytes),
    endInput: () => session.endInput(),
    resize: (columns, rows) => session.resize(columns, rows),
    exitCode: () => session.exitCode(),
    async [Symbol.asyncDispose]() {
      if (!over) ended();
      over = true;
      await session[Symbol.asyncDispose]();
    },
  };
}
