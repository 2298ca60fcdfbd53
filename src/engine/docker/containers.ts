import { setTimeout as sleep } from 'node:timers/promises';

import type Docker from 'dockerode';

import { type ContainerSpec, type ContainerState, type Created, LABEL } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import { fromInspection, fromSummary } from './container-state.ts';
import { createBody } from './create-body.ts';
import type { DockerApi } from './docker-api.ts';
import { HttpFailure, isNotFound, isNotModified, translate } from './failure.ts';

/** A container that is being removed keeps its name for some moments. */
const REMOVAL_POLL_MS = 50;
const CREATE_ATTEMPTS = 100;

const pathOf = (idOrName: string): string => `/containers/${encodeURIComponent(idOrName)}`;

/** See `Engine.create`. */
export function createContainer(api: DockerApi, spec: ContainerSpec, signal?: AbortSignal): Promise<Created> {
  const operation = `create container ${spec.name} on ${api.url}`;
  const options = { signal, deadline: api.deadlines.change };
  const request = {
    method: 'POST',
    path: '/containers/create',
    query: { name: spec.name },
  } as const;
  const attempt = async (): Promise<Created | undefined> => {
    try {
      const body = createBody(spec, await imageUserOf(api, spec, signal));
      const created = (await api.call({ ...request, body }, options)) as { Id: string };
      return { containerId: created.Id, adopted: false };
    } catch (error) {
      if (error instanceof HttpFailure && error.status === 409) return adopt(api, spec, error, signal);
      throw error;
    }
  };
  const work = async (): Promise<Created> => {
    for (let count = 0; count < CREATE_ATTEMPTS; count += 1) {
      const created = await attempt();
      if (created !== undefined) return created;
      await sleep(REMOVAL_POLL_MS, undefined, { signal });
    }
    throw new EngineError('name-taken', `${operation}: the container that has the name does not finish being removed`);
  };
  return translate(operation, signal, work, (failure) =>
    failure.status === 404 && /no such image/i.test(failure.message) ? 'image-not-found' : undefined,
  );
}

/** Whom the image runs as, where that decides something; an image that is absent is the creation's to tell. */
async function imageUserOf(api: DockerApi, { image, security }: ContainerSpec, signal?: AbortSignal): Promise<string> {
  if (security?.profile !== 'restricted') return '';
  try {
    const path = `/images/${encodeURIComponent(image)}/json`;
    const options = { signal, deadline: api.deadlines.read };
    const info = (await api.call({ method: 'GET', path }, options)) as Pick<Docker.ImageInspectInfo, 'Config'>;
    return info.Config.User ?? '';
  } catch (error) {
    if (isNotFound(error)) return '';
    throw error;
  }
}

/** The container that has the name, if it is the wanted one; undefined when it is just going away. */
async function adopt(
  api: DockerApi,
  spec: ContainerSpec,
  conflict: HttpFailure,
  signal?: AbortSignal,
): Promise<Created | undefined> {
  const existing = await inspectContainer(api, spec.name, signal);
  if (existing === undefined || existing.phase === 'removing') return undefined;
  const ofOwner = existing.labels[LABEL.owner] === spec.labels[LABEL.owner];
  const same = [LABEL.replica, LABEL.generation].every(
    (label) => existing.labels[label] !== undefined && existing.labels[label] === spec.labels[label],
  );
  if (ofOwner && same) return { containerId: existing.id, adopted: true };
  throw new EngineError('name-taken', `create container ${spec.name} on ${api.url}: ${conflict.message}`, {
    cause: conflict,
  });
}

/** See `Engine.start`. */
export function startContainer(api: DockerApi, id: string, signal?: AbortSignal): Promise<void> {
  const work = async (): Promise<void> => {
    try {
      await api.call({ method: 'POST', path: `${pathOf(id)}/start` }, { signal, deadline: api.deadlines.change });
    } catch (error) {
      if (!isNotModified(error)) throw error;
    }
  };
  return translate(`start container ${id} on ${api.url}`, signal, work, (failure) => {
    if (/port is already allocated|address already in use|ports are not available/i.test(failure.message))
      return 'port-taken';
    return failure.status === 404 && /no such container/i.test(failure.message) ? 'not-found' : 'start-failed';
  });
}

/** See `Engine.stop`. */
export function stopContainer(api: DockerApi, id: string, graceSeconds: number, signal?: AbortSignal): Promise<void> {
  // The engine reads a negative grace as "wait for ever".
  const grace = Math.max(0, Math.ceil(graceSeconds));
  const options = { signal, deadline: grace * 1_000 + api.deadlines.change };
  const work = async (): Promise<void> => {
    try {
      await api.call({ method: 'POST', path: `${pathOf(id)}/stop`, query: { t: grace } }, options);
    } catch (error) {
      if (!isNotModified(error) && !isNotFound(error)) throw error;
    }
  };
  return translate(`stop container ${id} on ${api.url}`, signal, work);
}

/** See `Engine.remove`. */
export function removeContainer(api: DockerApi, id: string, signal?: AbortSignal): Promise<void> {
  const options = { signal, deadline: api.deadlines.change };
  const work = async (): Promise<void> => {
    try {
      await api.call({ method: 'DELETE', path: pathOf(id), query: { force: true, v: true } }, options);
    } catch (error) {
      if (isNotFound(error)) return;
      if (!(error instanceof HttpFailure) || !/removal of container .* is already in progress/i.test(error.message))
        throw error;
      await awaitRemoval(api, id, signal);
    }
  };
  return translate(`remove container ${id} on ${api.url}`, signal, work);
}

/** Somebody else is removing it: done when it is gone. */
async function awaitRemoval(api: DockerApi, id: string, signal?: AbortSignal): Promise<void> {
  const until = performance.now() + api.deadlines.change;
  while ((await inspectContainer(api, id, signal)) !== undefined) {
    if (performance.now() > until)
      throw new EngineError('timeout', `remove container ${id} on ${api.url}: its removal does not end`);
    await sleep(REMOVAL_POLL_MS, undefined, { signal });
  }
}

/** See `Engine.inspect`. */
export async function inspectContainer(
  api: DockerApi,
  idOrName: string,
  signal?: AbortSignal,
): Promise<ContainerState | undefined> {
  const info = await inspectRaw(api, idOrName, signal);
  return info && fromInspection(info);
}

/** The engine's own inspection, undefined when there is no such container. */
export function inspectRaw(
  api: DockerApi,
  idOrName: string,
  signal?: AbortSignal,
): Promise<Docker.ContainerInspectInfo | undefined> {
  const options = { signal, deadline: api.deadlines.read };
  const work = async (): Promise<Docker.ContainerInspectInfo | undefined> => {
    try {
      const info = (await api.call(
        { method: 'GET', path: `${pathOf(idOrName)}/json` },
        options,
      )) as Docker.ContainerInspectInfo;
      // The engine also takes the beginning of an id, which would let a short name hit somebody else's container.
      return info.Id === idOrName || info.Name === `/${idOrName}` ? info : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
  return translate(`inspect container ${idOrName} on ${api.url}`, signal, work);
}

/** See `Engine.list`. Inspects each: a listing knows neither exit reasons nor times. */
export function listContainers(api: DockerApi, signal?: AbortSignal): Promise<readonly ContainerState[]> {
  const query = { all: true, filters: { label: [LABEL.managed] } };
  const work = async (): Promise<readonly ContainerState[]> => {
    const answer = await api.call(
      { method: 'GET', path: '/containers/json', query },
      { signal, deadline: api.deadlines.read },
    );
    const states = await Promise.all(
      (answer as Docker.ContainerInfo[]).map((summary) => stateOf(api, summary, signal)),
    );
    return states.filter((state) => state !== undefined);
  };
  return translate(`list containers on ${api.url}`, signal, work);
}

/** One container whose runtime hangs blocks its own inspection; it must not hide all the others. */
async function stateOf(
  api: DockerApi,
  summary: Docker.ContainerInfo,
  signal?: AbortSignal,
): Promise<ContainerState | undefined> {
  try {
    return await inspectContainer(api, summary.Id, signal);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'timeout') return fromSummary(summary);
    throw error;
  }
}
