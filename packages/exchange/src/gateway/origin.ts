/**
 * Which browser pages may talk to the exchange: none but its own. Programs send no `Origin`; a page does, and has to come from the very host that was
 * asked. A name that is neither a literal address nor `localhost` is not trusted either: its owner can point it anywhere.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** Whether a request with these headers may be answered. */
export function isOriginAllowed({ origin, host }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return true;
  if (host === undefined || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.host !== host.toLowerCase()) return false;
  const name = page.hostname.replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || isIP(name) !== 0;
}
