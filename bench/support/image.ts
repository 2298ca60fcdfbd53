import { connectEngine } from '../../src/engine/connect.ts';
import { LOCAL_ENGINE } from '../../src/process/nodes.ts';
import { buildWebImage } from '../../test/support/images.ts';

const TAG = 'deploy-svc-bench/web:1';

/** Has the 2 MB web server on the local engine, and returns its name. */
export async function buildImage(): Promise<string> {
  await using engine = connectEngine(LOCAL_ENGINE);
  if (!(await engine.hasImage(TAG))) await buildWebImage(engine, TAG, '1');
  return TAG;
}
