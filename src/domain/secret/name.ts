/** What may be the name of a secret: it stands in `{{secret:name}}`. At most 128 characters. */
export const SECRET_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
/** `SECRET_NAME` in words, for messages. */
export const SECRET_NAME_FORM =
  'letters, digits, "_", "." and "-", starting with a letter, a digit or "_", at most 128 characters';

/** The app that a token is for when nobody says another. */
export const DEFAULT_APP = 'unnamed';

/** The row and the stream of a secret. The app's host may hold slashes of its own, a name does not. */
export function secretKey(app: string, name: string): string {
  return `${encodeURIComponent(app)}/${name}`;
}
