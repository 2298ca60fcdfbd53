import type { Definition } from '../../api/contract/registry-schemas.ts';
import type { DefinitionSpec } from '../../domain/definition/events.ts';

/** A definition as the contract shows it: clients refuse fields that they do not know. */
export function toDefinition({ id, image, repository, ports, envars, apiSpecs, clients }: DefinitionSpec): Definition {
  return {
    id,
    ...(image && { image }),
    ...(repository && { repository: toRepository(repository) }),
    ...(ports && { ports }),
    ...(envars && { envars }),
    ...(apiSpecs && { apiSpecs }),
    ...(clients && { clients }),
  };
}

/** Which secret lets in is no part of the contract. */
function toRepository({
  credentials: _,
  ...repository
}: NonNullable<DefinitionSpec['repository']>): NonNullable<Definition['repository']> {
  return repository;
}
