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

type Repository = NonNullable<DefinitionSpec['repository']>;

/** Which secret lets in is no part of the contract. */
function toRepository(repository: Repository): NonNullable<Definition['repository']> {
  const { credentials, ...shown } = repository;
  return credentials === undefined ? repository : shown;
}
