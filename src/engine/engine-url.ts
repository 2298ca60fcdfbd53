const DEFAULT_PORT = { plain: '2375', tls: '2376' } as const;

/**
 * Reads an engine's address and brings it to its one spelling, so that a host is not registered twice:
 * lower-case scheme and host, `unix:///path` with an absolute path, `tcp://` with its port (2376 with TLS, else 2375),
 * no trailing slash. Throws TypeError that names what is wrong.
 */
export function parseEngineUrl(text: string, tls: boolean): URL {
  const wrong = (why: string): TypeError => new TypeError(`"${redact(text)}" is not an engine's address: ${why}`);
  const scheme = /^([a-z]+):\/\//i.exec(text.trim())?.[1]?.toLowerCase();
  if (scheme === undefined || !['unix', 'tcp', 'ssh', 'simulated'].includes(scheme)) {
    throw wrong('use unix:///path, tcp://host:port, ssh://user@host or simulated://name');
  }
  // Special schemes get the parser's own rules for hosts and ports.
  const url = parse(text.trim(), wrong);
  if (url.search !== '' || url.hash !== '') throw wrong('it has a query or a fragment');
  if (url.password !== '') throw wrong('it has a password, which would be stored and shown');
  if (scheme === 'unix') {
    if (url.host !== '' || url.pathname.length < 2) throw wrong('a unix address is unix:// and an absolute path');
    return url;
  }
  if (url.hostname === '') throw wrong('it has no host');
  if (url.pathname !== '' && url.pathname !== '/') throw wrong('it has a path');
  if (scheme !== 'ssh' && url.username !== '') throw wrong('only ssh addresses have a user');
  // A host that begins with a hyphen would be read as an option by ssh.
  if (url.hostname.startsWith('-') || url.username.startsWith('-'))
    throw wrong('its host or user begins with a hyphen');
  url.pathname = '';
  url.hostname = url.hostname.toLowerCase();
  if (scheme === 'tcp' && url.port === '') url.port = tls ? DEFAULT_PORT.tls : DEFAULT_PORT.plain;
  if (scheme === 'ssh' && url.port === '22') url.port = '';
  return url;
}

function parse(text: string, wrong: (why: string) => TypeError): URL {
  try {
    return new URL(text);
  } catch {
    throw wrong('it cannot be parsed');
  }
}

function redact(text: string): string {
  return text.replace(/:[^:@/]*@/, ':…@');
}
