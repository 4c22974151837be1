/** From where in the network somebody asks: that by which connections, frames and calls are counted. */
import { isIPv6 } from 'node:net';

/**
 * What counts as one address: an IPv4 address itself, also when it is written as an IPv6 one; of any other IPv6 address its first 64 bits, since whoever has one has 2^64 of them.
 * @param address as Node tells it; empty or undefined for a socket that is gone.
 */
export function sourceOf(address = ''): string {
  const [bare = ''] = address.split('%', 1);
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare) ?? [];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(bare)) return bare;
  const [before = '', after] = bare.split('::', 2);
  const first = groupsOf(before);
  const last = after === undefined ? [] : groupsOf(after);
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return `${[...first, ...zeros, ...last].slice(0, 4).join(':')}::/64`;
}

/** Of one side of the `::`; the last four bytes may be written as an IPv4 address. */
function groupsOf(text: string): string[] {
  if (text === '') return [];
  const groups = text.split(':').flatMap((group) => (group.includes('.') ? ['v4', 'v4'] : group));
  return groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
}
