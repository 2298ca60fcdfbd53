import { MAX_TAIL, type LogLineRecord, type LogNotice } from '../../api/contract/log-schemas.ts';
import type { Handlers, Reply, RequestOf } from '../handler.ts';
import type { LogReader } from './reader.ts';

export type LogOperation = 'deploymentLogs' | 'replicaLogs';

/** Output of containers in one answer; what is longer, or goes on, is a stream: see `api/log-stream.ts`. */
export function logService(reader: LogReader): Handlers<LogOperation> {
  const handle = async ({ params, query }: RequestOf<LogOperation>): Promise<Reply<LogOperation>> => {
    const lines: LogLineRecord[] = [];
    const notices: LogNotice[] = [];
    const enough = new AbortController();
    for await (const record of await reader.open(params.id, { ...query, follow: false }, enough.signal)) {
      if (record.type === 'notice' && record.message !== '') notices.push(record);
      if (record.type !== 'line') continue;
      if (lines.length === MAX_TAIL) return { body: { lines, notices, truncated: true } };
      lines.push(record);
    }
    return { body: { lines, notices } };
  };
  return { deploymentLogs: handle, replicaLogs: handle };
}
