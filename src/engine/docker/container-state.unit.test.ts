import type Docker from 'dockerode';
import { describe, expect, it } from 'vitest';

import { fromInspection, fromSummary } from './container-state.ts';
import { toEvent } from './events.ts';
import { createPullProgress } from './pull-progress.ts';
import { toUnixTime } from './unix-time.ts';

const both = (port: number): object[] => [
  { HostIp: '0.0.0.0', HostPort: String(port) },
  { HostIp: '::', HostPort: String(port) },
];
const inspection = (status: string, ports: object): Docker.ContainerInspectInfo =>
  ({
    Id: 'id',
    Name: '/name',
    Config: { Image: 'image:1', Labels: null },
    State: {
      Status: status,
      ExitCode: 0,
      OOMKilled: false,
      Error: '',
      StartedAt: '2030-01-01T00:00:00.5Z',
      FinishedAt: '0001-01-01T00:00:00Z',
    },
    NetworkSettings: { Ports: ports },
  }) as unknown as Docker.ContainerInspectInfo;

describe('states of the engine', () => {
  it('have each published port once, sorted, without those that are only exposed', () => {
    const state = fromInspection(
      inspection('running', { '9090/tcp': both(40_001), '8080/tcp': both(40_002), '7070/tcp': null }),
    );
    expect(state.ports).toEqual([
      { internal: 8080, host: 40_002 },
      { internal: 9090, host: 40_001 },
    ]);
    expect(state).toMatchObject({
      exitCode: undefined,
      finishedAt: undefined,
      startedAt: new Date('2030-01-01T00:00:00.5Z'),
      labels: {},
    });
  });

  it('are read from a listing where there is nothing else', () => {
    const summary = { Id: 'id', Names: ['/name'], Image: 'image:1', Labels: { a: 'b' }, Ports: [] };
    const ports = [
      { IP: '0.0.0.0', PrivatePort: 8080, PublicPort: 40_002, Type: 'tcp' },
      { IP: '::', PrivatePort: 8080, PublicPort: 40_002, Type: 'tcp' },
      { PrivatePort: 7070, Type: 'tcp' },
    ];
    const up = {
      ...summary,
      State: 'running',
      Status: 'Up 3 seconds (health: starting)',
      Ports: ports,
    } as unknown as Docker.ContainerInfo;
    expect(fromSummary(up)).toMatchObject({
      name: 'name',
      phase: 'running',
      health: 'starting',
      exitCode: undefined,
      ports: [{ internal: 8080, host: 40_002 }],
    });
    const down = { ...summary, State: 'exited', Status: 'Exited (137) 2 hours ago' } as unknown as Docker.ContainerInfo;
    expect(fromSummary(down)).toMatchObject({ phase: 'exited', exitCode: 137, health: undefined, ports: [] });
  });
});

describe('events of the engine', () => {
  const message = (action: string, nanos: string, attributes: object = {}): string =>
    `{"Action":"${action}","Actor":{"ID":"id","Attributes":${JSON.stringify(attributes)}},"time":1893456000,"timeNano":${nanos}}`;

  it('keep their time without rounding up', () => {
    // As a number these nanoseconds would become the next millisecond, and resuming there would skip events.
    const event = toEvent(message('start', '1893456000122999999'));
    expect(event?.at.getTime()).toBe(1_893_456_000_122);
    expect(toUnixTime(event?.at ?? new Date(0))).toBe('1893456000.122000000');
  });

  it('tell health, exit codes and labels', () => {
    expect(toEvent(message('health_status: unhealthy', '1893456000000000000'))).toMatchObject({
      type: 'health',
      health: 'unhealthy',
    });
    const labels = { 'deploy-svc.managed': 'true', exitCode: '9', image: 'i', name: 'n' };
    expect(toEvent(message('die', '1893456000000000000', labels))).toMatchObject({
      type: 'die',
      exitCode: 9,
      labels: { 'deploy-svc.managed': 'true' },
    });
    expect(toEvent(message('exec_create: sh', '1893456000000000000'))).toBeUndefined();
  });
});

describe('progress of a pull', () => {
  it('sums the downloads of the layers and never falls back', () => {
    const progress = createPullProgress();
    expect(progress({ status: 'Pulling from x', id: '1' })).toEqual({ status: '1: Pulling from x' });
    expect(progress({ status: 'Downloading', id: 'a', progressDetail: { current: 10, total: 100 } })).toMatchObject({
      current: 10,
      total: 100,
    });
    expect(progress({ status: 'Downloading', id: 'b', progressDetail: { current: 5, total: 50 } })).toMatchObject({
      current: 15,
      total: 150,
    });
    expect(progress({ status: 'Download complete', id: 'a' })).toMatchObject({ current: 105, total: 150 });
    expect(progress({ status: 'Extracting', id: 'a', progressDetail: { current: 1, total: 100 } })).toMatchObject({
      current: 105,
      total: 150,
    });
    expect(progress({ status: 'Pull complete', id: 'b' })).toMatchObject({ current: 150, total: 150 });
  });
});
