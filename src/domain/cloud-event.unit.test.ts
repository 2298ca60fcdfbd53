import fc from 'fast-check';
import { expect, test } from 'vitest';

import { toCloudEvent } from './cloud-event.ts';
import type { RecordedEvent } from './event.ts';

const anyEvent = fc.record({
  position: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  id: fc.uuid(),
  stream: fc.constantFrom('deployment/web', 'secret/app%2Fx/name'),
  version: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  at: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') }),
  actor: fc.constantFrom('user/1backend', 'worker/wrk_x', 'system'),
  correlationId: fc.constantFrom('', 'c-12345678'),
  causationId: fc.option(fc.uuid(), { nil: undefined }),
  traceparent: fc.option(fc.constant('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'), { nil: undefined }),
  type: fc.constant('RouteRemoved' as const),
  data: fc.record({ routeId: fc.string() }),
});

/** What CloudEvents 1.0 says of context attributes, but those of the JSON format. */
test('whatever the event, every attribute has a name and a value that CloudEvents allow', () => {
  fc.assert(
    fc.property(anyEvent, fc.integer({ min: 1, max: 9 }), (event: RecordedEvent, schemaVersion) => {
      const { data, ...attributes } = toCloudEvent(event, { installationId: 'i-1', schemaVersion });
      expect(data).toEqual(event.data);
      for (const [name, value] of Object.entries<unknown>(attributes)) {
        expect(name).toMatch(/^[a-z0-9]{1,20}$/);
        expect(value).toSatisfy((one) =>
          typeof one === 'number' ? Math.abs(one) < 2 ** 31 : typeof one === 'string' && one !== '',
        );
      }
      expect(new Date(attributes.time)).toEqual(event.at);
      expect(URL.canParse(attributes.source) && URL.canParse(attributes.dataschema ?? '')).toBe(true);
      expect(Number(attributes.position)).toBe(event.position);
    }),
  );
});

test('the whole, once', () => {
  const event: RecordedEvent = {
    position: 7,
    id: '0198c7aa-1111-7777-8888-123456789abc',
    stream: 'route/a.example',
    version: 2,
    at: new Date('2026-11-23T03:12:00.123Z'),
    actor: 'user/1backend',
    correlationId: 'c-12345678',
    causationId: '0198c7aa-1111-7777-8888-123456789abb',
    traceparent: undefined,
    type: 'RouteRemoved',
    data: { routeId: 'a.example' },
  };
  expect(toCloudEvent(event, { installationId: 'i-1', schemaVersion: 1 })).toEqual({
    specversion: '1.0',
    id: '0198c7aa-1111-7777-8888-123456789abc',
    source: 'urn:deploy-svc:installation:i-1',
    type: 'io.deploy-svc.RouteRemoved',
    subject: 'route/a.example',
    time: '2026-11-23T03:12:00.123Z',
    datacontenttype: 'application/json',
    dataschema: 'urn:deploy-svc:event:RouteRemoved:1',
    dataschemaversion: 1,
    position: '7',
    streamversion: 2,
    actor: 'user/1backend',
    correlationid: 'c-12345678',
    causationid: '0198c7aa-1111-7777-8888-123456789abb',
    data: { routeId: 'a.example' },
  });
});
