/** The branch that is meant when none is named. */
export const DEFAULT_BRANCH = 'main';

/** What may be a branch. */
export const BRANCH = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/;
/** `BRANCH` in words, for messages. */
export const BRANCH_FORM =
  'letters, digits, "_", ".", "/" and "-", starting with a letter or digit, at most 100 characters';

/**
 * The id as configs are kept under: `my-svc` -> `mySvc`. A dash before a digit stays (`a-1` -> `a-1`), so that no two
 * slugs ever have one id.
 */
export function configIdOf(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Which config: each app has its own, and of each id one per branch. */
export interface ConfigName {
  readonly appHost: string;
  readonly id: string;
  readonly branch: string;
}

/** The id of its row and of its stream; no two names have one. */
export function configKeyOf({ appHost, id, branch }: ConfigName): string {
  return [appHost, id, branch].map(encodeURIComponent).join('/');
}
