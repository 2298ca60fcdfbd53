import { SimulatedHost } from './host.ts';
import type { SimulatedHostOptions } from './host-options.ts';

/** The hosts of this process, by name: what `simulated://name` reaches. */
const hosts = new Map<string, SimulatedHost>();

/** Sets up a host. Throws when the name is in use. Names are lower-case letters, digits, dots and hyphens, as in any URL. */
export function createSimulatedHost(name: string, options: SimulatedHostOptions = {}): SimulatedHost {
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(name)) throw new TypeError(`"${name}" cannot be the name of a simulated host`);
  if (hosts.has(name)) throw new TypeError(`there is a simulated host "${name}" already`);
  const host = new SimulatedHost(name, options);
  hosts.set(name, host);
  return host;
}

/** The host of that name; set up with the defaults when there is none, as a registered node may be met in a new process. */
export function simulatedHost(name: string): SimulatedHost {
  return hosts.get(name) ?? createSimulatedHost(name);
}

/** Takes the host away, with all that runs on it. */
export function dropSimulatedHost(name: string): void {
  hosts.get(name)?.reboot();
  hosts.delete(name);
}
