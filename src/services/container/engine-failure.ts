import { EngineError, type EngineErrorCode } from '../../engine/engine-error.ts';
import { Refusal } from '../refusal.ts';

/** What an engine answers with is no failure of the server's own: its words are for the one who asked. */
const STATUS = {
  'not-found': 404,
  'image-not-found': 404,
  'name-taken': 409,
  'port-taken': 409,
  'start-failed': 409,
  refused: 409,
  'build-failed': 422,
  'pull-failed': 502,
  unreachable: 502,
  timeout: 504,
} as const satisfies Record<EngineErrorCode, Refusal['status']>;

/** Does the work; an engine's failure becomes a refusal with the engine's words. */
export async function atEngine<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EngineError) throw new Refusal(STATUS[error.code], error.message);
    throw error;
  }
}
