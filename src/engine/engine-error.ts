/** Why an engine refused or failed, as far as the caller has to tell cases apart. */
export type EngineErrorCode =
  | 'unreachable'
  | 'timeout'
  | 'image-not-found'
  | 'pull-failed'
  | 'build-failed'
  | 'name-taken'
  | 'port-taken'
  | 'start-failed'
  | 'not-found'
  | 'refused';

/** An engine's failure. `message` names the operation and carries the engine's own words. */
export class EngineError extends Error {
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'EngineError';
    this.code = code;
  }
}
