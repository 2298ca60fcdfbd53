import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** A webhook's host has an address that nothing is sent to. */
export class RefusedAddress extends Error {
  constructor(address: string) {
    super(
      `${address} is an address of the link or of a cloud's metadata, where nothing is sent to; ` +
        'WEBHOOK_LINK_LOCAL=true on every process allows it',
    );
    this.name = 'RefusedAddress';
  }
}

/** Link-local, where clouds tell machines their secrets, and those of their metadata services that are not. */
const REFUSED = new BlockList();
REFUSED.addSubnet('169.254.0.0', 16, 'ipv4');
REFUSED.addSubnet('fe80::', 10, 'ipv6');
REFUSED.addAddress('100.100.100.200', 'ipv4');
REFUSED.addSubnet('fd00:ec2::', 32, 'ipv6');
REFUSED.addAddress('fd20:ce::254', 'ipv6');

/** Whether nothing is sent to this address. IPv6 forms of IPv4 addresses count as those. */
export function isRefused(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && REFUSED.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Throws RefusedAddress when the host of the URL is such an address itself; a name is looked up when it is connected to. */
export function judgeHost(url: string): void {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
  if (isRefused(host)) throw new RefusedAddress(host);
}

/** Looks names up, and fails with RefusedAddress for one that leads to such an address: what is judged is what is connected to. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '');
    const refused = addresses.find(({ address }) => isRefused(address));
    if (refused !== undefined) return callback(new RefusedAddress(refused.address), '');
    const [first] = addresses;
    if (options.all === true) return callback(null, addresses);
    return callback(null, first?.address ?? '', first?.family ?? 4);
  });
};
