import { describe, expect, test } from 'vitest';

import type { LogLineRecord } from '../../api/contract/log-schemas.ts';
import { renderLine, renderNotice } from './render.ts';

const line: LogLineRecord = {
  type: 'line',
  deploymentId: 'web',
  replicaId: 'web-r1-0',
  ordinal: 0,
  revision: 1,
  generation: 2,
  nodeId: 'node_1',
  containerId: 'c'.repeat(64),
  stream: 'stdout',
  time: '2026-01-02T03:04:05.000000006Z',
  text: 'hello',
};
const plain = { id: 'web', prefix: true, timestamps: false, color: false, terminal: false };

describe('a line', () => {
  test('says whose it is where several are read, and when it was written if asked', () => {
    expect(renderLine(line, plain)).toBe('web-r1-0 | hello\n');
    expect(renderLine(line, { ...plain, prefix: false })).toBe('hello\n');
    expect(renderLine(line, { ...plain, id: 'web-r1-0' })).toBe('hello\n');
    expect(renderLine(line, { ...plain, timestamps: true })).toBe('web-r1-0 | 2026-01-02T03:04:05.000000006Z hello\n');
  });

  test('is coloured by its replica, each in its own, and an error output in red', () => {
    const colored = { ...plain, color: true };
    const other = renderLine({ ...line, replicaId: 'web-r1-1' }, colored);
    expect(renderLine(line, colored)).toContain('mweb-r1-0 |\u001b[0m hello');
    expect(other.slice(0, 5)).not.toBe(renderLine(line, colored).slice(0, 5));
    expect(renderLine({ ...line, stream: 'stderr' }, colored)).toContain('\u001b[31mhello\u001b[0m');
  });

  test('keeps its own colours and cannot drive the terminal', () => {
    const wild = { ...line, text: '\u001b[32mgreen\u001b[0m\t\u001b]0;title\u0007\u001b[2J\r' };
    expect(renderLine(wild, { ...plain, terminal: true })).toBe(
      'web-r1-0 | \u001b[32mgreen\u001b[0m\t ]0;title  [2J \n',
    );
    expect(renderLine(wild, plain)).toBe(`web-r1-0 | ${wild.text}\n`);
  });
});

test('a notice says of whom it speaks', () => {
  const { stream: _, time: __, text: ___, ...origin } = line;
  expect(
    renderNotice({ ...origin, type: 'notice', state: 'ended', message: 'its container has ended with code 1' }),
  ).toBe('-- web-r1-0 (generation 2, node_1): its container has ended with code 1\n');
});
