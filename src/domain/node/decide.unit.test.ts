import { describe, expect, test } from 'vitest';

import { Conflict } from '../problem.ts';
import { decideRegisterNode, decideRemoveNode, nodeIdOf } from './decide.ts';
import { evolveNode, type NodeState } from './evolve.ts';
import { parseNode } from './parse.ts';

const capacity = { cpuMillis: 4_000, memoryBytes: 1_000, gpus: [] };
const register = (state: NodeState | undefined, sent: object): NodeState | undefined => {
  const input = parseNode({ url: 'tcp://a:1', ...sent });
  return decideRegisterNode(state, nodeIdOf(input, state), input, capacity).reduce<NodeState | undefined>(
    evolveNode,
    state,
  );
};

describe('a node', () => {
  test('on this machine is in the cluster of that name, others in the default one', () => {
    expect(register(undefined, { url: 'unix:///var/run/docker.sock' })).toMatchObject({
      cluster: 'local-docker',
      zone: 'default',
    });
    expect(register(undefined, {})).toMatchObject({ cluster: 'default', labels: {} });
  });

  test('keeps what is not said again', () => {
    const first = register(undefined, { cluster: 'c', labels: { a: '1' } });
    expect(register(first, { zone: 'z' })).toEqual({ ...first, zone: 'z' });
  });

  test('is registered again when its capacity has changed, or when it was removed', () => {
    const first = register(undefined, {}) as NodeState;
    const input = parseNode({ url: first.url });
    expect(decideRegisterNode(first, first.id, input, capacity)).toEqual([]);
    expect(decideRegisterNode(first, first.id, input, { ...capacity, cpuMillis: 8_000 })).toHaveLength(1);
    expect(decideRegisterNode({ ...first, removed: true }, first.id, input, capacity)).toHaveLength(1);
  });

  test('is removed once, and only when nothing holds it', () => {
    const node = register(undefined, { id: 'node_a' }) as NodeState;
    expect(decideRemoveNode(node, [])).toEqual([{ type: 'NodeRemoved', data: { nodeId: 'node_a' } }]);
    expect(decideRemoveNode({ ...node, removed: true }, [])).toEqual([]);
    const occupants = ['d', 'b', 'a', 'c', 'a'].map((deploymentId, index) => ({ id: `r${index}`, deploymentId }));
    expect(() => decideRemoveNode(node, occupants)).toThrow(
      new Conflict(
        'node node_a holds 5 replica(s) of 4 deployment(s) (a, b, c, ...); scale or remove them first: oo deployment remove a',
      ),
    );
  });
});
