import type { ContainerSpec } from '../engine.ts';

/**
 * What the default profile leaves of the engine's 14 capabilities: those with which the entry points of the official images
 * (nginx, postgres, redis) make their folders their own, bind ports below 1024, drop to a user and signal what runs as it.
 * SETPCAP serves those that drop the rest by themselves (setpriv --bounding-set). Given up: AUDIT_WRITE, FSETID, MKNOD,
 * NET_RAW (it forges packets on the network that containers share), SETFCAP and SYS_CHROOT.
 */
export const DEFAULT_CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'KILL',
  'NET_BIND_SERVICE',
  'SETGID',
  'SETPCAP',
  'SETUID',
] as const;

/** Processes and threads: far above what a service has, far below what takes a node down. */
export const DEFAULT_PIDS_LIMIT = 1_024;

/** Nobody in particular, as in distroless images. */
const NOBODY = '65532:65532';
const TMPFS = 'rw,noexec,nosuid,nodev,size=64m';

/** The parts of the engine's request that a profile decides. The engine's default seccomp filter applies to all. */
export function securityOf(
  { security, volumes }: Pick<ContainerSpec, 'security' | 'volumes'>,
  imageUser: string,
): { readonly User?: string } & Readonly<Record<string, unknown>> {
  const common = {
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    PidsLimit: security?.pidsLimit ?? DEFAULT_PIDS_LIMIT,
  };
  if (security?.profile !== 'restricted') return { ...common, CapAdd: [...DEFAULT_CAPABILITIES] };
  const ownTmp = volumes?.some(({ target }) => target === '/tmp') === true;
  return {
    ...common,
    User: isCertainlyNotRoot(imageUser) ? imageUser : NOBODY,
    ReadonlyRootfs: true,
    ...(ownTmp ? {} : { Tmpfs: { '/tmp': TMPFS } }),
  };
}

/** A name may stand for anybody, also for root: only a number tells. */
function isCertainlyNotRoot(user: string): boolean {
  const [id = ''] = user.split(':');
  return /^\d+$/.test(id) && Number(id) > 0;
}
