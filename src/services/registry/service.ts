import { decideDeleteDefinition, decideSaveDefinition } from '../../domain/definition/decide.ts';
import type { DefinitionState } from '../../domain/definition/evolve.ts';
import { parseDefinition } from '../../domain/definition/parse.ts';
import type { EventStore } from '../../store/event-store.ts';
import { partOf } from '../body.ts';
import { refuseHostPaths } from '../host-paths.ts';
import { carryOut } from '../carry-out.ts';
import type { Handlers } from '../handler.ts';
import { toDefinition } from './definition-view.ts';
import { instanceHandlers } from './instances.ts';
import { nodeHandlers, type NodePorts } from './nodes.ts';

type DefinitionOperation = 'listDefinitions' | 'saveDefinition' | 'deleteDefinition';
type EchoOperation = 'echoGet' | 'echoPost' | 'echoPut';
type RegistryOperation =
  | DefinitionOperation
  | EchoOperation
  | keyof ReturnType<typeof nodeHandlers>
  | keyof ReturnType<typeof instanceHandlers>;

/** Registry Svc: what can be run, where, and what runs. */
export function registryService(
  store: EventStore,
  ports: NodePorts,
  allowHostPaths: readonly string[] = [],
): Handlers<RegistryOperation> {
  return {
    ...definitionHandlers(store, allowHostPaths),
    ...nodeHandlers(store, ports),
    ...instanceHandlers(store, ports),
    echoGet: async ({ query }) => ({ body: query }),
    echoPost: async ({ body }) => ({ body }),
    echoPut: async ({ body }) => ({ body }),
  };
}

function definitionHandlers(store: EventStore, allowHostPaths: readonly string[]): Handlers<DefinitionOperation> {
  return {
    async listDefinitions({ past = store }) {
      const rows = await past.rows<DefinitionState>('definitions', { deleted: 'false' });
      return { body: { definitions: rows.map(({ state }) => toDefinition(state.spec)) } };
    },
    async saveDefinition(request) {
      const spec = parseDefinition(partOf(request.body, 'definition'));
      refuseHostPaths(spec.volumes, allowHostPaths);
      const decide = (state: DefinitionState | undefined): ReturnType<typeof decideSaveDefinition> =>
        decideSaveDefinition(state, spec);
      return {
        body: {},
        position: await carryOut<DefinitionState>(store, request, { kind: 'definition', id: spec.id, decide }),
      };
    },
    async deleteDefinition(request) {
      const decision = { kind: 'definition', id: request.params.id, decide: decideDeleteDefinition } as const;
      return { body: undefined, position: await carryOut<DefinitionState>(store, request, decision) };
    },
  };
}
