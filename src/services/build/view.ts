import type { BuildView } from '../../api/contract/build-schemas.ts';
import type { DeploymentView } from '../../api/contract/deploy-schemas.ts';
import type { BuildState } from '../../domain/build/evolve.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';

/** A build as the API shows it: without the name of the secret that lets in. */
export function toBuildView(build: BuildState, step: string | undefined): BuildView {
  const { credentials: _, forgotten, failure, requestedAt, changedAt, ...rest } = build;
  return {
    ...(JSON.parse(JSON.stringify(rest)) as typeof rest),
    ...(failure === undefined ? {} : { failure: { reason: failure.reason, terminal: failure.terminal } }),
    ...(forgotten === true ? { forgotten } : {}),
    ...(step === undefined ? {} : { step }),
    requestedAt: new Date(requestedAt).toISOString(),
    changedAt: new Date(changedAt).toISOString(),
  };
}

/** Undefined for a deployment that was never built from a repository. */
export function toDeploymentBuild(
  { source }: DeploymentState,
  build: BuildState | undefined,
  step: string | undefined,
): DeploymentView['build'] {
  if (source === undefined) return undefined;
  const { repository, resolved } = source;
  return {
    url: repository.url,
    version: repository.version ?? 'main',
    ...(resolved === undefined ? {} : { commit: resolved.commit, id: resolved.buildId }),
    ...(build === undefined ? {} : { status: build.status }),
    ...(step === undefined ? {} : { step }),
  };
}
