import { z } from 'zod';

import { execAnswer, execInput, execPlace } from './exec-schemas.ts';
import type { Route } from './route.ts';

const byId = z.object({ id: z.string() });

export const execRoutes = {
  execReplica: {
    summary: 'Runs a command in a container of a replica to its end; of a deployment, in one of its ready replicas',
    permission: 'deploy-svc:replica:exec',
    params: byId,
    body: execInput,
    status: 200,
    response: execAnswer,
    // Arguments may be secret, and the key of a repetition is kept with a digest of them.
    confidential: true,
  },
  openExecSession: {
    summary: 'With Upgrade: websocket, a conversation with a command; without, where it would run',
    permission: 'deploy-svc:replica:exec',
    params: byId,
    status: 200,
    response: execPlace,
  },
} as const satisfies Record<string, Route>;
