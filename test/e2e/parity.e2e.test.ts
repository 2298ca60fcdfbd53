import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { FILES } from './parity/files.ts';
import { COMMANDS } from './parity/lines.ts';
import { exampleOutput } from './parity/output.ts';
import { blocks, commands, textAt, yamlLines } from './parity/specification.ts';
import { openWorld, type World } from './parity/world.ts';

/** Everything of the specification that can be carried out, in its order. */
const STEPS = [
  ...commands().map(({ line, text }) => ({ line, what: text, carryOut: () => COMMANDS[line]?.(world, text) })),
  ...blocks().map((block) => ({
    line: block.line,
    what: block.yaml.split('\n').slice(0, 2).join(' '),
    carryOut: () => FILES[block.line]?.(world, block),
  })),
  { line: 59, what: textAt(59), carryOut: () => exampleOutput(world) },
].toSorted((one, other) => one.line - other.line);

/** The definitions that its files refer to, but the one that it makes itself. */
const DEFINITIONS = ['def_myapp456', 'def_webapp_v2', 'def_llama_70b', 'def_user_api', 'def_api_dev'];

let world: World;
beforeAll(async () => {
  process.env['DEPLOY_ENV'] = 'a-test';
  process.env['BUILD_NUMBER'] = '42';
  world = await openWorld({ ENV_ALLOW: 'DEPLOY_ENV,BUILD_NUMBER' });
  for (const id of DEFINITIONS) await world.define(id);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  delete process.env['DEPLOY_ENV'];
  delete process.env['BUILD_NUMBER'];
});

describe('nothing of the specification is left out', () => {
  test('every line of YAML stands in one file, and files hold nothing else but their comments', () => {
    const inside = blocks().flatMap(({ line, to }) =>
      Array.from({ length: to - line + 1 }, (_, index) => line + index),
    );
    expect(new Set(inside).size).toBe(inside.length);
    const yaml = yamlLines().map(({ line }) => line);
    expect(yaml.filter((line) => !inside.includes(line))).toEqual([]);
    const others = inside.filter((line) => !yaml.includes(line)).map(textAt);
    expect(others.filter((text) => !text.startsWith('# '))).toEqual([]);
  });

  test('every command and every file has an expectation, and each expectation its line', () => {
    expect(Object.keys(COMMANDS).map(Number)).toEqual(commands().map(({ line }) => line));
    expect(Object.keys(FILES).map(Number)).toEqual(blocks().map(({ line }) => line));
    expect(commands()).toHaveLength(22);
    expect(blocks()).toHaveLength(17);
  });
});

describe('the specification, carried out as it is printed', () => {
  test.each(STEPS)('line $line: $what', async ({ carryOut }) => {
    await expect(carryOut()).resolves.toBeUndefined();
  });

  test('no deployment went by an arrow that is not in its diagram', async () => {
    const arrows = blocksArrows();
    const taken = await world.arrows();
    expect([...taken].filter((arrow) => !arrows.includes(arrow))).toEqual([]);
    // All of them were seen, the ones to the ends of life aside.
    expect(taken).toEqual(expect.arrayContaining(['Pending --> Deploying', 'Deploying --> OK', 'OK --> Deploying']));
  });
});

/** The diagram's arrows between states. `Failed` is left by saving again, which the diagram has as a new beginning. */
function blocksArrows(): readonly string[] {
  const drawn = Array.from({ length: 20 }, (_, index) => textAt(70 + index)).filter((text) => / --> /.test(text));
  return [
    ...drawn.filter((text) => !text.includes('[*]')),
    'Pending --> Failed',
    'Failed --> Deploying',
    'Failed --> Pending',
  ];
}
