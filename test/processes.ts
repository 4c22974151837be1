/** The processes of this machine, as `ps` lists them. */
import { execFileSync } from 'node:child_process';

/** The process of one subcommand that a process started. @throws Error when there is none. */
export function childOf(pid: number, subcommand: string): number {
  const listed = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  for (const line of listed.split('\n')) {
    const [child, parent, ...args] = line.trim().split(/\s+/);
    if (Number(parent) === pid && args.includes(subcommand)) return Number(child);
  }
  throw new Error(`no ${subcommand} below ${pid}`);
}
