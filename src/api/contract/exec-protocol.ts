import type { ExecPlace } from './exec-schemas.ts';

export type { ExecPlace, SessionStart } from './exec-schemas.ts';

/** What is told about a session: that it has begun, and how it ended. */
export type SessionStatus =
  | ({ readonly status: 'started' } & ExecPlace)
  | { readonly status: 'ended'; readonly exitCode?: number | undefined }
  | {
      readonly status: 'failed';
      readonly code: number;
      readonly error: string;
      readonly problems?: readonly { readonly field: string; readonly message: string }[];
    };

/** The first byte of every binary message says what the rest is: as in Kubernetes' v5.channel.k8s.io. */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, start: 5, endInput: 255 } as const;

/** The WebSocket's subprotocol. */
export const EXEC_PROTOCOL = 'v1.exec.deploy-svc';
