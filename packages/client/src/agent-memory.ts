/** What an agent remembers of what it has seen and said: the newest, up to a limit. */
import { agentNotesMax } from './limits.ts';

/** Adds as the newest; the oldest goes when there are more than `max`. */
export function remember(set: Set<string>, item: string, max: number): void {
  set.delete(item);
  set.add(item);
  for (const oldest of set) {
    if (set.size <= max) return;
    set.delete(oldest);
  }
}

/** Whether something has not been said before; it counts as said from now on. */
export function isNews(told: Set<string>, said: string): boolean {
  if (told.has(said)) return false;
  remember(told, said, agentNotesMax);
  return true;
}
