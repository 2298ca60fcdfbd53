import type { ServerResponse } from 'node:http';

import type { DeploymentView } from '../../../src/api/contract/deploy-schemas.ts';
import { exampleView } from './example-view.ts';
import { type Received, type Reply, type ReplayServer, startReplayServer } from './replay-server.ts';

/** One thing that happens in the log, and what the deployment looks like from then on. */
export interface Step {
  readonly type: string;
  readonly view?: DeploymentView;
}

export interface Script {
  readonly before?: DeploymentView;
  /** The position that the save answers with; absent when it changed nothing. */
  readonly savedAt?: number;
  /** What happens once somebody follows the events. */
  readonly steps: readonly Step[];
  /** Breaks the stream once, after so many events. */
  readonly breakAfter?: number;
  /** What to answer to the first follower instead of a stream. */
  readonly refuseStream?: Reply;
}

/** A server on which one rollout goes as written: the steps happen when the events are followed, or at the second look. */
export async function startRolloutServer(script: Script): Promise<ReplayServer> {
  const first = (script.savedAt ?? 10) + 1;
  const events = script.steps.map(({ type }, index) => ({ position: first + index, id: `evt_${index}`, type, data: {} }));
  let view = script.before ?? exampleView();
  let done = 0;
  let broken = false;
  const advance = (): void => {
    view = script.steps[done]?.view ?? view;
    done += 1;
  };

  function stream(request: Received, response: ServerResponse): 'taken' {
    const after = Number(new URL(request.path, 'http://x').searchParams.get('after'));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events.filter(({ position }) => position > after)) {
      if (!broken && script.breakAfter !== undefined && event.position - first === script.breakAfter) {
        broken = true;
        response.end();
        return 'taken';
      }
      while (done <= event.position - first) advance();
      response.write(`id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    }
    return 'taken';
  }

  let looks = 0;
  return startReplayServer((request, response) => {
    if (request.path.startsWith('/deploy-svc/events')) return script.refuseStream ?? stream(request, response);
    if (request.method === 'PUT') {
      return { body: {}, headers: script.savedAt === undefined ? {} : { 'x-log-position': String(script.savedAt) } };
    }
    looks += 1;
    if (script.refuseStream !== undefined && looks > 1) while (done < script.steps.length) advance();
    return { body: view };
  });
}
