import type { Deadlines } from '../../src/engine/deadlines.ts';
import type { ContainerSpec, Engine } from '../../src/engine/engine.ts';

/** What the conformance suite needs to know of an engine and its surroundings. */
export interface EngineHarness {
  /** A new handle to the same engine. */
  connect(deadlines?: Partial<Deadlines>): Engine;
  /** The test image (see test/support/images.ts), present. */
  readonly image: string;
  /** The test image with a HEALTHCHECK, present. */
  readonly checkedImage: string;
  /** Where to build to. */
  readonly buildTag: string;
  /** In the registry, with layers to download, and made absent from the engine by `forget`. */
  readonly pullable: string;
  /** Where the registry takes what it does not have yet. */
  readonly pushable: string;
  /** Its repository is in the registry, its tag is not. */
  readonly missing: string;
  forget(reference: string): Promise<void>;
  /** Removes a named volume. */
  forgetVolume(name: string): Promise<void>;
  /** Runs a container without our labels; removes it when disposed. */
  runForeign(name: string): Promise<AsyncDisposable>;
  /** Removes what a test left behind. */
  clean(names: readonly string[]): Promise<void>;
  dispose(): Promise<void>;
}

export type SpecChanges = Partial<Omit<ContainerSpec, 'name' | 'image'>>;
