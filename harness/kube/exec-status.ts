import { parseStatus, type ApiStatus } from './api-status.ts';

/** What the last frame of an exec stream says about the command. */
export type ExecEnd =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'notStarted'; readonly why: string }
  | { readonly kind: 'inconclusive'; readonly why: string };

/** Failures that kubelet and container runtime report before the program runs. */
const BEFORE_START =
  /container not found|container not created|container .* is not (created|running)|unable to upgrade connection|pod does not exist|failed to (create|start) exec|OCI runtime exec failed/i;

/**
 * Reads the status frame. Success means exit code 0, `NonZeroExitCode` carries the code in `details.causes`;
 * whatever else it says, the command's outcome is not known. Source: remotecommand v4 in
 * k8s.io/kubelet/pkg/cri/streaming and client-go tools/remotecommand/v4.go.
 *
 * @param heardOutput whether the program has written anything: then it had started, whatever the message says
 */
export function readExecStatus(frame: string, heardOutput: boolean): ExecEnd {
  const status = parseFrame(frame);
  if (status === undefined) {
    return { kind: 'inconclusive', why: `malformed exec status: ${JSON.stringify(frame.slice(0, 200))}` };
  }
  if (status.status === 'Success') return { kind: 'exited', exitCode: 0 };
  if (status.reason === 'NonZeroExitCode') return exited(status, frame);
  const why = status.message ?? status.reason ?? 'the server reports a failure without a message';
  return !heardOutput && BEFORE_START.test(why)
    ? { kind: 'notStarted', why }
    : { kind: 'inconclusive', why: `exec failed: ${why}` };
}

function exited(status: ApiStatus, frame: string): ExecEnd {
  const text = status.causes.find((cause) => cause.reason === 'ExitCode')?.message ?? '';
  const exitCode = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return exitCode === 0
    ? { kind: 'inconclusive', why: `exec status without an exit code: ${frame.slice(0, 300)}` }
    : { kind: 'exited', exitCode };
}

function parseFrame(frame: string): ApiStatus | undefined {
  try {
    return parseStatus(JSON.parse(frame));
  } catch {
    return undefined;
  }
}
