import fc from 'fast-check';
import { expect, test } from 'vitest';

import { parseCheckout } from './request.ts';

/** Texts that look like addresses, some of them dangerous. */
const address = fc
  .array(
    fc.constantFrom(
      'https',
      'http',
      'ssh',
      'file',
      'ext',
      '://',
      '::',
      ':',
      '@',
      '/',
      '-',
      '..',
      'host',
      'git',
      '.',
      ' ',
      '%20',
      '\\',
      'x.git',
      '~',
      '127.0.0.1',
      '#',
      '?',
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

const accepted = (body: object): ReturnType<typeof parseCheckout> | undefined => {
  try {
    return parseCheckout(body);
  } catch {
    return undefined;
  }
};

test('whatever is accepted as an address is fetched over https, http or ssh, and is no option', () => {
  let passed = 0;
  fc.assert(
    fc.property(fc.oneof(address, fc.webUrl(), fc.string()), (url) => {
      const request = accepted({ url });
      if (request === undefined) return;
      passed += 1;
      expect(request.url).toMatch(
        /^(https?:\/\/[^-@/][^@/]*\/.*|ssh:\/\/[^-/].*|[A-Za-z0-9_][\w.-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[^-/:].*)$/,
      );
      expect(request.url).not.toMatch(/\s|\\|[#?]|^-|^[^/]*(@-|::)/);
    }),
    { numRuns: 5_000 },
  );
  expect(passed).toBeGreaterThan(100);
});

test.each([
  'http:host/x',
  'https:/host/x',
  'https:///host/x',
  'HTTPS://host/x',
  'http://127.0.0.1#@evil/x',
  'http://127.0.0.1%2e/x',
  'https://host',
])('%s, which parsers read in different ways, is refused', (url) => {
  expect(() => parseCheckout({ url })).toThrow('url: ');
});

test('whatever is accepted as a version is one name of a ref, and no option, pattern or range', () => {
  const part = fc.constantFrom(
    'a',
    'v1',
    '/',
    '-',
    '.',
    '..',
    '*',
    '?',
    '[',
    '@{',
    '^',
    '~',
    ':',
    ' ',
    'refs',
    '\0',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const version = accepted({ url: 'https://host/x', version: parts.join('') })?.version ?? 'a';
      expect(version).toMatch(/^[\w][\w./@+-]*$/);
      expect(version).not.toMatch(/\.\.|\/\/|[*?[^~:\s\0]/);
    }),
    { numRuns: 2_000 },
  );
});

test('no problem ever shows a secret', () => {
  const secret = 's3cret-7719';
  const field = fc.constantFrom('token', 'username', 'password', 'ssh_key', 'ssh_key_pwd');
  const url = fc.constantFrom(
    'https://host/x',
    'http://host/x',
    `https://ann:${secret}@host/x`,
    `ftp://${secret}@host/x`,
    '',
  );
  fc.assert(
    fc.property(url, fc.array(field, { maxLength: 5 }), fc.constantFrom('', '\n', '\0'), (address_, fields, end) => {
      const body = { url: address_, ...Object.fromEntries(fields.map((name) => [name, `${secret}${end}`])) };
      let message = '';
      try {
        parseCheckout(body);
      } catch (error) {
        message = String(error);
      }
      expect(message).not.toContain(secret);
    }),
  );
});

test.each([
  ['https://github.com/user/repo.git', undefined],
  ['ssh://git@host:2222/~/repo', undefined],
  ['git@github.com:user/repo.git', undefined],
  ['http://127.0.0.1:3000/repo.git', 'token'],
  ['http://localhost/repo.git', 'token'],
])('%s is accepted with %s', (url, field) => {
  expect(parseCheckout({ url, ...(field === undefined ? {} : { [field]: 't' }) }).url).toBe(url);
});
