import {
  decideAbort,
  decidePause,
  decidePromote,
  decideRestart,
  decideResume,
  decideScale,
  type Asked,
} from '../../domain/deployment/decide-rollout.ts';
import type { DeploymentEvent, DeploymentState } from '../../domain/deployment/evolve.ts';
import { parsePromote, parseRestart, parseRolloutCommand, parseScale } from '../../domain/deployment/parse-command.ts';
import type { EventStore } from '../../store/event-store.ts';
import { carryOut } from '../carry-out.ts';
import { callerOf, type Handlers, type Reply, type RequestOf } from '../handler.ts';

export type RolloutOperation =
  | 'pauseDeployment'
  | 'resumeDeployment'
  | 'promoteDeployment'
  | 'abortDeployment'
  | 'restartDeployment'
  | 'scaleDeployment';

/** Commands to the rollout of one deployment: each is an event with who asked and why. */
export function rolloutCommands(store: EventStore): Handlers<RolloutOperation> {
  const handle = <Given>(parse: (body: unknown) => Given, decide: Decide<Given>) => {
    return async (request: RequestOf<RolloutOperation>): Promise<Reply<RolloutOperation>> => {
      const asked = { id: request.params.id, by: `user/${callerOf(request).slug}`, ...parse(request.body) };
      const position = await carryOut<DeploymentState>(store, request, {
        kind: 'deployment',
        id: asked.id,
        decide: (state) => decide(state, asked),
      });
      return { body: {}, position };
    };
  };
  return {
    pauseDeployment: handle(parseRolloutCommand, decidePause),
    resumeDeployment: handle(parseRolloutCommand, decideResume),
    promoteDeployment: handle(parsePromote, decidePromote),
    abortDeployment: handle(parseRolloutCommand, decideAbort),
    restartDeployment: handle(parseRestart, decideRestart),
    scaleDeployment: handle(parseScale, decideScale),
  };
}

type Decide<Given> = (state: DeploymentState | undefined, asked: Asked & Given) => DeploymentEvent[];
