/** Why a checkout failed, as far as the caller has to tell cases apart. */
export type SourceErrorCode = 'no-git' | 'not-found' | 'failed' | 'too-large' | 'timeout';

/** A checkout that failed; `message` carries git's own words, without anything secret. */
export class SourceError extends Error {
  readonly code: SourceErrorCode;

  constructor(code: SourceErrorCode, message: string) {
    super(message);
    this.name = 'SourceError';
    this.code = code;
  }
}
