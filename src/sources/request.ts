import { inputOf, type Input, shown } from '../domain/input.ts';
import { InvalidInput, type Problem } from '../domain/problem.ts';

/** A revision of a repository, and how to be let in. */
export interface CheckoutRequest {
  readonly url: string;
  /** A branch, a tag, a whole ref (`refs/…`) or a commit of 40 characters. Absent: `main`, else what the remote's HEAD is. */
  readonly version: string | undefined;
  readonly login: { readonly username: string; readonly password: string } | undefined;
  readonly sshKey: { readonly key: string; readonly passphrase: string | undefined } | undefined;
}

/** `git@host:path`; no part of it may be taken for an option. */
const SCP_LIKE = /^[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9][A-Za-z0-9.-]*:(?![-/:])[A-Za-z0-9_./~+-]+$/;
const VERSION = /^[A-Za-z0-9_][A-Za-z0-9_./@+-]{0,199}$/;
/**
 * The only addresses that git gets to see; everything else it would run or read from this machine: `ext::`, `file:`, paths …
 * Spelt out, and not left to a URL parser: those mend addresses that git and curl take for something else (`http:host`).
 */
const ADDRESS =
  /^(?<scheme>https?|ssh):\/\/(?:(?<user>\w[\w.-]*)@)?(?<host>[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?\/[^\s\\#?]+$/;
const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

/** Throws InvalidInput with every problem at once; no secret is ever shown. */
export function parseCheckout(value: unknown): CheckoutRequest {
  const problems: Problem[] = [];
  const input = inputOf(value, problems);
  const url = urlOf(input);
  const request = { url, version: versionOf(input), login: loginOf(input), sshKey: sshKeyOf(input) };
  if (request.login !== undefined && isPlain(url)) {
    input.problem('url', 'would send the password over the network unencrypted', 'use https');
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  return request;
}

function urlOf(input: Input): string {
  const text = input.requiredText('url', 'url: "https://github.com/user/repo.git"');
  if (text === '' || SCP_LIKE.test(text)) return text;
  const { scheme, user } = ADDRESS.exec(text)?.groups ?? {};
  if (/^\w+:\/\/[^/]*:[^/]*@/.test(text) || (user !== undefined && scheme !== 'ssh')) {
    input.problem('url', 'holds a user or a password, which would be stored and shown', 'use username and password');
  } else if (scheme === undefined) {
    const hint = 'https://host/path, ssh://user@host/path or user@host:path';
    input.problem('url', `${shown(redact(text))} is no address of a repository that can be fetched`, hint);
  }
  return text;
}

/** What may be shown of an address that somebody sent. */
function redact(text: string): string {
  return text.replace(/\/\/[^/]*@/, '//…@');
}

function isPlain(text: string): boolean {
  const { scheme, host = '' } = ADDRESS.exec(text)?.groups ?? {};
  return scheme === 'http' && !LOOPBACK.includes(host);
}

function versionOf(input: Input): string | undefined {
  const version = input.text('version');
  if (version === undefined || version === '') return undefined;
  if (!VERSION.test(version) || version.includes('..') || version.includes('//')) {
    const hint = 'a branch, a tag, refs/… or the 40 characters of a commit';
    input.problem('version', `${shown(version)} is no version`, hint);
  }
  return version;
}

function loginOf(input: Input): CheckoutRequest['login'] {
  const [token, username, password] = [input.text('token'), input.text('username'), input.text('password')];
  for (const [field, text] of Object.entries({ token, username, password })) {
    if (text !== undefined && /[\r\n]/.test(text)) input.problem(field, 'holds a line break');
  }
  // As the large hosts take tokens; the name is not looked at.
  if (token) return { username: username || 'x-access-token', password: token };
  if (!password) return undefined;
  if (!username) input.problem('username', 'is required with a password');
  return { username: username ?? '', password };
}

function sshKeyOf(input: Input): CheckoutRequest['sshKey'] {
  const [key, passphrase] = [input.text('ssh_key'), input.text('ssh_key_pwd') || undefined];
  if (!key) return undefined;
  if (!key.includes('PRIVATE KEY')) input.problem('ssh_key', 'is no private key', 'the text of the file, not its path');
  return { key: key.endsWith('\n') ? key : `${key}\n`, passphrase };
}
