import type { ServerResponse } from 'node:http';

import type { DeploymentView } from '../../../src/api/contract/deploy-schemas.ts';
import { exampleView } from './example-view.ts';
import { type Reply, type ReplayServer, startReplayServer } from './replay-server.ts';

/** One thing that happens in the log, and what the deployment looks like from then on. */
export interface Step {
  readonly type: string;
  readonly view?: DeploymentView;
}

export interface Script {
  readonly before?: DeploymentView;
  /** The position that the save answers with; absent when it changed nothing. */
  readonly savedAt?: number;
  readonly steps: readonly Step[];
  /** So many steps have happened before anybody comes. */
  readonly happened?: number;
  /** Breaks the stream once, after so many events. */
  readonly breakAfter?: number;
  /** What to answer to followers instead of a stream. */
  readonly refuseStream?: Reply;
}

interface Follower {
  readonly response: ServerResponse;
  /** The next step to tell. */
  next: number;
}

/**
 * A server on which one rollout goes as written. Each step happens only after somebody has looked at the state before it,
 * so that whoever takes a passing state for the end is found out.
 */
export async function startRolloutServer(script: Script): Promise<ReplayServer> {
  const first = (script.savedAt ?? 10) + 1;
  const followers: Follower[] = [];
  let view = script.before ?? exampleView();
  let happened = script.happened ?? 0;
  let breaks = script.breakAfter;

  function happen(): void {
    view = script.steps[happened]?.view ?? view;
    happened = Math.min(happened + 1, script.steps.length);
    for (const follower of followers) tell(follower);
  }

  function tell(follower: Follower): void {
    for (; follower.next < happened; follower.next += 1) {
      if (breaks === follower.next) {
        breaks = undefined;
        followers.splice(followers.indexOf(follower), 1);
        follower.response.end();
        return;
      }
      const event = { position: first + follower.next, type: script.steps[follower.next]?.type, data: {} };
      follower.response.write(`id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    }
  }

  function follow(after: number, response: ServerResponse): 'taken' {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    const follower = { response, next: Math.max(0, after + 1 - first) };
    followers.push(follower);
    tell(follower);
    return 'taken';
  }

  return startReplayServer(({ method, path }, response) => {
    if (path.startsWith('/deploy-svc/events')) {
      return script.refuseStream ?? follow(Number(new URL(path, 'http://x').searchParams.get('after')), response);
    }
    if (method !== 'GET') {
      return { body: {}, headers: script.savedAt === undefined ? {} : { 'x-log-position': String(script.savedAt) } };
    }
    const seen = { ...view, position: first + happened - 1 };
    response.once('finish', happen);
    return { body: seen };
  });
}
