import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { checkedContainer } from './engine-names.ts';

/** A command that was announced to the engine and not started yet. */
export interface Exec {
  /** Starts it and returns the raw stream of frames; writing goes to its stdin. */
  start(signal: AbortSignal): Promise<Duplex>;
  /** `exitCode` is null as long as the engine does not know it. */
  inspect(signal: AbortSignal): Promise<{ readonly running: boolean; readonly exitCode: number | null }>;
}

export interface ExecRequest {
  readonly container: string;
  readonly argv: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string | undefined;
  readonly stdin: boolean;
}

/** The small part of the engine that running commands needs. */
export interface ExecTransport {
  prepare(request: ExecRequest, signal: AbortSignal): Promise<Exec>;
  /** `running` is false as well for a container that is gone. */
  containerState(
    container: string,
    signal: AbortSignal,
  ): Promise<{ readonly running: boolean; readonly paused: boolean; readonly startedAt: string }>;
}

/**
 * The transport over dockerode. The connection is always upgraded ("hijacked"), also without stdin: then the end of
 * the stream is the end of a socket of its own, and an error on it is not hidden by HTTP.
 */
export function execTransport(api: Docker): ExecTransport {
  return {
    async prepare({ container, argv, env, cwd, stdin }, signal) {
      const exec = await api.getContainer(checkedContainer(container)).exec({
        Cmd: [...argv],
        Env: [...env],
        AttachStdin: stdin,
        AttachStdout: true,
        AttachStderr: true,
        Tty: false,
        ...(cwd === undefined ? {} : { WorkingDir: cwd }),
        abortSignal: signal,
      });
      return {
        start: (abortSignal) => exec.start({ hijack: true, stdin, abortSignal }),
        async inspect(abortSignal) {
          const found = await exec.inspect({ abortSignal });
          return { running: found.Running, exitCode: found.ExitCode };
        },
      };
    },
    async containerState(container, abortSignal) {
      const { State } = await api.getContainer(checkedContainer(container)).inspect({ abortSignal });
      return { running: State.Running, paused: State.Paused, startedAt: State.StartedAt };
    },
  };
}
