import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { done, pending, poll } from '../../core/poll.ts';
import { within } from './run.ts';

/** A network namespace that a sleeping process keeps alive. */
export class PrivateNetwork {
  readonly #holder: ChildProcess;
  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  static async create(): Promise<PrivateNetwork> {
    const holder = spawn('unshare', ['--net', '--', 'sleep', 'infinity'], { stdio: 'ignore' });
    // Until unshare has become sleep, the namespace is still the one of the host.
    await poll(
      async () => {
        const name = (await readFile(`/proc/${String(holder.pid)}/comm`, 'utf8')).trim();
        return name === 'sleep' ? done(name) : pending(name);
      },
      { deadline: within(10), pauseMs: 10 },
    );
    return new PrivateNetwork(holder);
  }

  /** The command that runs a command in here. */
  enter(argv: readonly string[]): [string, ...string[]] {
    return ['nsenter', `--net=/proc/${String(this.#holder.pid)}/ns/net`, '--', ...argv];
  }

  close(): void {
    this.#holder.kill('SIGKILL');
  }
}
