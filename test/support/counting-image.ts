import { connectEngine } from '../../src/engine/connect.ts';
import { DOCKER_URL } from '../engine/docker-harness.ts';
import { buildWebImage, tarOf } from './images.ts';

const BASE = 'deploy-svc-test/web:1';
const COUNTING = 'deploy-svc-test/counting:1';

/** Counts: odd numbers to stdout, even ones to stderr, some thirty a second. */
const COUNT = `#!/bin/sh
trap 'exit 0' TERM
i=1
while :; do
  echo "line $i"; i=$((i + 1))
  echo "line $i" >&2; i=$((i + 1))
  sleep 0.05
done
`;

/** An image whose containers number what they say, each from 1: what is lost or doubled on the way shows. */
export async function buildCountingImage(): Promise<string> {
  await using engine = connectEngine(DOCKER_URL);
  await buildWebImage(engine, BASE, '1');
  const dockerfile = `FROM ${BASE}\nCOPY count /bin/count\nENTRYPOINT ["/bin/count"]\n`;
  await engine.build(tarOf({ Dockerfile: dockerfile, count: COUNT }, ['count']), COUNTING);
  return COUNTING;
}
