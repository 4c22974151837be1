/** How long to wait before the next attempt to connect. */
import { retryBaseMs, retryFirstMs, retryMsMax } from './limits.ts';

/**
 * The delay before attempt `failures` (1 and up since the last good connection), in milliseconds: the first soon, the second after a second,
 * then doubling to a minute. Half of each delay is chance (`random`: 0 up to 1), so that a crowd of clients does not come back as one.
 */
export function retryDelayMs(failures: number, random: number): number {
  const full =
    failures <= 1
      ? retryFirstMs
      : Math.min(retryMsMax, retryBaseMs * 2 ** Math.min(failures - 2, 30));
  return Math.round(full / 2 + (full / 2) * random);
}
