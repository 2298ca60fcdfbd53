import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { partsOf, referenceProblem, referencesOf, resolveReferences } from './reference.ts';

const resolve = (value: string): string => resolveReferences(value, ({ kind, name }) => `<${kind} ${name}>`);

describe('a value with references', () => {
  test.each([
    ['{{secret:db-password}}', '<secret db-password>'],
    ['postgres://u:{{secret:db}}@h/{{env:DEPLOY_ENV}}?x', 'postgres://u:<secret db>@h/<env DEPLOY_ENV>?x'],
    ['{{secret:a}}{{secret:b}}', '<secret a><secret b>'],
    ['{"a":{{secret:a}}}', '{"a":<secret a>}'],
    ['{{{secret:a}}}', '{<secret a>}'],
    ['{{{{secret:a}}', '{{secret:a}}'],
    ['{{{{{{secret:a}}', '{{<secret a>'],
  ])('%s is %s', (value, expected) => {
    expect(resolve(value)).toBe(expected);
    expect(referenceProblem('envars.A', value)).toBeUndefined();
  });

  test.each([
    'plain',
    '',
    '{"a":{"b":{}}}',
    '{{ .Values.x }}',
    '${{ env.X }}',
    '{{ environment }}',
    '{{name}}',
    '}}{{',
    '{{"a":"b"}}',
  ])('%j is text as it stands', (value) => {
    expect(resolve(value)).toBe(value);
    expect(referenceProblem('envars.A', value)).toBeUndefined();
  });

  test.each([
    ['{{secret:}}', '"{{secret:}}"'],
    ['{{foo:x}}', '"{{foo:x}}"'],
    ['a {{secret:a b}} c', '"{{secret:a b}}"'],
    ['{{secret: a}}', '"{{secret: a}}"'],
    ['{{ secret:a }}', '"{{ secret:"'],
    ['{{secret}}', '"{{secret}}"'],
    ['{{secret:a', '"{{secret:"'],
    ['{{env:1X}}', '"{{env:1X}}"'],
    ['{{env:A-B}}', '"{{env:A-B}}"'],
    [`{{secret:${'x'.repeat(129)}}}`, `"{{secret:${'x'.repeat(29)}…`],
  ])('%s is refused, with the valid form', (value, shown) => {
    expect(referenceProblem('envars.A', value)).toEqual({
      field: 'envars.A',
      message: `${shown} is no reference`,
      hint: expect.stringContaining('{{secret:name}} or {{env:NAME}}'),
    });
  });
});

test('each name is named once, in order', () => {
  expect(referencesOf(['{{secret:b}}{{env:X}}', '{{secret:a}}', '{{secret:b}} {{{{secret:c}}'])).toEqual({
    secrets: ['b', 'a'],
    variables: ['X'],
  });
});

const brace = fc.constantFrom('{', '}', '{{', '}}', 'secret', 'env', ':', 'a', '-', ' ', 'B');

test('whatever a text holds, doubling its pairs of braces writes it as it is', () => {
  fc.assert(
    fc.property(
      fc.array(brace).map((pieces) => pieces.join('')),
      (text) => {
        const escaped = text.replaceAll('{{', '{{{{');
        expect(referencesOf([escaped])).toEqual({ secrets: [], variables: [] });
        expect(resolve(escaped)).toBe(text);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('the parts of a value without doubled braces are the value again', () => {
  fc.assert(
    fc.property(
      fc.array(brace).map((pieces) => pieces.join('').replaceAll('{{{{', '')),
      (text) => {
        const again = partsOf(text).map((part) => (part.kind === 'text' ? part.text : `{{${part.kind}:${part.name}}}`));
        expect(again.join('')).toBe(text);
      },
    ),
    { numRuns: 2_000 },
  );
});
