import type { Engine } from '../engine.ts';
import { withMeasuredCards } from './capacity.ts';
import {
  createContainer,
  inspectContainer,
  listContainers,
  removeContainer,
  startContainer,
  stopContainer,
} from './containers.ts';
import { DockerApi } from './docker-api.ts';
import { readEvents } from './events.ts';
import { execIn } from './exec.ts';
import { ping, readCapacity, readInfo } from './host.ts';
import { imageId, loadImage, pushImage, removeImage, saveImage } from './image-transfer.ts';
import { buildImage, hasImage, pullImage } from './images.ts';
import { readLogs } from './logs.ts';
import { readGpus } from './nvidia-smi.ts';
import type { DockerOptions } from './options.ts';
import { openSession } from './session.ts';
import { isPullable, listAll, readGateway } from './surroundings.ts';
import { type Readings, sampleStats } from './stats.ts';
import { openTransport } from './transport.ts';

/** A Docker engine at a normalised `unix:`, `tcp:` or `ssh:` URL. Connects at the first call. Throws when TLS files cannot be read. */
export function connectDocker(url: URL, options: DockerOptions = {}): Engine {
  const api = new DockerApi(url.href, openTransport(url, options), options);
  const readings: Readings = new Map();
  const gpus = (signal?: AbortSignal): ReturnType<Engine['gpus']> => {
    const deadline = AbortSignal.timeout(api.deadlines.read);
    return readGpus(url, options.ssh, signal === undefined ? deadline : AbortSignal.any([signal, deadline]));
  };
  return {
    url: api.url,
    ping: (signal) => ping(api, signal),
    info: (signal) => readInfo(api, signal),
    capacity: async (signal) => withMeasuredCards(await readCapacity(api, signal), () => gpus(signal)),
    gpus,
    gateway: (signal) => readGateway(api, signal),
    hasImage: (reference, signal) => hasImage(api, reference, signal),
    isPullable: (reference, signal) => isPullable(api, reference, signal),
    pull: (reference, onProgress, signal) => pullImage(api, reference, onProgress, signal),
    build: (context, tag, onLine, signal, buildOptions) => buildImage(api, context, tag, onLine, signal, buildOptions),
    imageId: (reference, signal) => imageId(api, reference, signal),
    saveImage: (reference, signal) => saveImage(api, reference, signal),
    loadImage: (tar, signal) => loadImage(api, tar, signal),
    pushImage: (reference, signal) => pushImage(api, reference, signal),
    removeImage: (reference, signal) => removeImage(api, reference, signal),
    create: (spec, signal) => createContainer(api, spec, signal),
    start: (containerId, signal) => startContainer(api, containerId, signal),
    stop: (containerId, graceSeconds, signal) => stopContainer(api, containerId, graceSeconds, signal),
    remove: async (containerId, signal) => {
      await removeContainer(api, containerId, signal);
      readings.delete(containerId);
    },
    list: (signal) => listContainers(api, signal),
    listAll: (signal) => listAll(api, signal),
    inspect: (idOrName, signal) => inspectContainer(api, idOrName, signal),
    logs: (containerId, logOptions) => readLogs(api, containerId, logOptions),
    exec: (containerId, command, execOptions) => execIn(api, containerId, command, execOptions),
    openSession: (containerId, command, sessionOptions) => openSession(api, containerId, command, sessionOptions),
    stats: (containerId, signal) => sampleStats(api, readings, containerId, signal),
    events: (eventOptions) => readEvents(api, eventOptions),
    [Symbol.asyncDispose]: async () => api[Symbol.dispose](),
  };
}
