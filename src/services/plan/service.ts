import { InvalidInput } from '../../domain/problem.ts';
import { foresee } from '../../planner/what-if/foresee.ts';
import { nodesUnder } from '../../planner/what-if/hypothesis.ts';
import type { EventStore } from '../../store/event-store.ts';
import { callerOf, type Handlers, type Reply } from '../handler.ts';
import { refuseHostPaths } from '../host-paths.ts';
import { imagine, type Imagined } from './imagine.ts';
import { parseQuestion, type PlanQuestion } from './parse.ts';
import { toPlanView } from './view.ts';

export interface PlanPorts {
  /** Paths of nodes that volumes may mount. */
  readonly allowHostPaths: readonly string[];
  readonly now: () => Date;
}

/** What would be done if something was saved, or about a deployment as it is. Nothing is stored. */
export function planService(store: EventStore, { allowHostPaths, now }: PlanPorts): Handlers<'planDeployment'> {
  return {
    async planDeployment(request) {
      const question = parseQuestion(request.body, callerOf(request).appHost);
      const { subject } = question;
      if ('spec' in subject) refuseHostPaths(subject.spec.volumes, allowHostPaths);
      return { body: await answer(store, question, now()) };
    },
  };
}

async function answer(store: EventStore, question: PlanQuestion, now: Date): Promise<Reply<'planDeployment'>['body']> {
  const { subject, at } = question;
  const past = at === undefined ? undefined : await momentOf(store, at, now);
  if (past === undefined) {
    return store.snapshot(async (reader) => {
      return under(question, await imagine(store, reader, now.getTime(), subject), reader.position);
    });
  }
  const imagined = await imagine({}, store.asOf(past.position), past.now.getTime(), subject);
  return under(question, imagined, past.position);
}

function under(question: PlanQuestion, imagined: Imagined, position: number): Reply<'planDeployment'>['body'] {
  const { snapshot } = imagined;
  const supposed = { ...snapshot, nodes: nodesUnder(snapshot.nodes, question) };
  return toPlanView({ ...imagined, snapshot: supposed }, foresee(supposed), position);
}

/** The position that is meant, and what the clock said. Throws InvalidInput for what has not come yet. */
async function momentOf(
  store: EventStore,
  at: number | Date,
  now: Date,
): Promise<{ readonly position: number; readonly now: Date }> {
  if (typeof at !== 'number') {
    if (at > now) throw new InvalidInput([{ field: 'at', message: `is in the future: it is ${now.toISOString()}` }]);
    return { position: await store.positionAt(at), now: at };
  }
  const head = await store.head();
  if (at > head) throw new InvalidInput([{ field: 'at', message: `is ${at}, and the log ends at ${head}` }]);
  return { position: at, now: (await store.timeOf(Math.max(1, at))) ?? now };
}
