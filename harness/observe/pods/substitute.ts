import type { ForeignObject } from '../../core/submission.ts';
import { isRecord, numberAt, recordAt, recordsAt, textAt, textsAt, without } from '../shape.ts';

export interface Substitution {
  readonly object: ForeignObject;
  /** Per container name: what became of image and command. */
  readonly containers: ReadonlyMap<string, SubstitutedContainer>;
}

export interface SubstitutedContainer {
  /** The image the manifest asks for. */
  readonly image: string;
  /** `kept` when all it does is to pass time; otherwise what runs in its place. */
  readonly command: 'kept' | 'replaced' | 'replaced by a server';
  /** The uid it runs as, where the manifest only demands that it is not root and leaves the rest to the image. */
  readonly asUser: number | null;
}

/** `nobody` on most systems; the workload image has no file that belongs to it. */
const NOBODY = 65_534;

/** How manifests of this project name the workload image. */
const WORKLOAD = /^localhost\/podproof\/workload(?::\S+)?$/;

/** Long enough to be looked at, short enough that what comes after it still gets its turn. */
const INIT_COMMAND = ['sleep', '5'];
/** Ends at once on SIGTERM. */
const IDLE_COMMAND = ['idle'];
/** A port that is taken, or that the user may not bind, is no reason to end. */
const SERVE_SCRIPT = 'serve --http ":$0" || exec idle';

/**
 * Puts the cluster's own image in the place of those that cannot be pulled. A command stays if all it does is to pass
 * time; every other one needs programs of its own image, so the container idles instead, or answers on its first TCP port
 * if it declares one (an init container ends after some seconds, or the others would never start). Probes and hooks of such containers are left out: they ask a program
 * that is not there. The user in the image's configuration is lost with it, which is why findings about users say so.
 */
export function substituteImages(
  object: ForeignObject,
  workloadImage: string,
  isMissing: (image: string) => boolean,
): Substitution {
  const containers = new Map<string, SubstitutedContainer>();
  const replaced = (item: ForeignObject, isInit: boolean): ForeignObject => {
    const image = textAt(item, 'image') ?? '';
    if (!isMissing(image)) return item;
    const { command, fate } = standIn(item, isInit);
    const asUser = mustNotBeRoot(item, recordAt(object, 'spec')) ? NOBODY : null;
    containers.set(textAt(item, 'name') ?? '?', { image, command: fate, asUser });
    const rest = without(
      item,
      'livenessProbe',
      'readinessProbe',
      'startupProbe',
      'lifecycle',
      'imagePullPolicy',
    );
    const running = command === undefined ? rest : { ...without(rest, 'args'), command };
    const user =
      asUser === null ? {} : { securityContext: { ...recordAt(item, 'securityContext'), runAsUser: asUser } };
    return { ...running, ...user, image: workloadImage, imagePullPolicy: 'Never' };
  };
  return { object: mapContainers(object, replaced), containers };
}

/**
 * The user of the missing image decides whether the kubelet lets such a container run. Nobody knows it; what the
 * container would get if it ran can be seen all the same.
 */
function mustNotBeRoot(item: ForeignObject, spec: ForeignObject): boolean {
  const [own, whole] = [recordAt(item, 'securityContext'), recordAt(spec, 'securityContext')];
  const demanded = own['runAsNonRoot'] ?? whole['runAsNonRoot'];
  return demanded === true && own['runAsUser'] === undefined && whole['runAsUser'] === undefined;
}

/** What a container runs with the other image; no command where its own stays. */
function standIn(
  item: ForeignObject,
  isInit: boolean,
): { readonly command?: readonly string[]; readonly fate: SubstitutedContainer['command'] } {
  if (isInit) return { command: INIT_COMMAND, fate: 'replaced' };
  const port = recordsAt(item, 'ports').find(({ protocol = 'TCP' }) => protocol === 'TCP');
  const number = port === undefined ? undefined : numberAt(port, 'containerPort');
  if (number !== undefined) {
    return { command: ['sh', '-c', SERVE_SCRIPT, String(number)], fate: 'replaced by a server' };
  }
  const passesTime = onlyPassesTime([...textsAt(item, 'command'), ...textsAt(item, 'args')]);
  return passesTime ? { fate: 'kept' } : { command: IDLE_COMMAND, fate: 'replaced' };
}

/** The project's own name for its image means the one this cluster has; that is no substitution. */
export function resolveWorkload(object: ForeignObject, workloadImage: string): ForeignObject {
  return mapContainers(object, (item) =>
    WORKLOAD.test(textAt(item, 'image') ?? '')
      ? { ...item, image: workloadImage, imagePullPolicy: 'Never' }
      : item,
  );
}

function mapContainers(
  object: ForeignObject,
  change: (item: ForeignObject, isInit: boolean) => ForeignObject,
): ForeignObject {
  const spec = recordAt(object, 'spec');
  const lists = ['initContainers', 'containers'].flatMap((field) => {
    const items = spec[field];
    if (!Array.isArray(items)) return [];
    const changed = items.map((item: unknown) =>
      isRecord(item) ? change(item, field === 'initContainers' && item['restartPolicy'] !== 'Always') : item,
    );
    return [[field, changed] as const];
  });
  return lists.length === 0 ? object : { ...object, spec: { ...spec, ...Object.fromEntries(lists) } };
}

const SHELLS: ReadonlySet<string> = new Set(['sh', '/bin/sh', '/usr/bin/sh']);
const SLEEPERS: ReadonlySet<string> = new Set(['sleep', '/bin/sleep', '/usr/bin/sleep']);
const TAILS: ReadonlySet<string> = new Set(['tail', '/bin/tail', '/usr/bin/tail']);
const DURATION = /^(?:infinity|inf|\d+(?:\.\d+)?[smhd]?)$/;
/** One sleep, or a loop of one: anything else in a script may need what only its image has. */
const SLEEP_SCRIPT = new RegExp(
  `^\\s*(?:${[
    'while\\s+(?:true|:|\\[\\s*1\\s*\\])\\s*;?\\s*do\\s+sleep\\s+[\\w.]+\\s*;?\\s*done',
    'while\\s+sleep\\s+[\\w.]+\\s*;?\\s*do\\s+(?::|true)\\s*;?\\s*done',
    '(?:exec\\s+)?sleep\\s+[\\w.]+',
    'tail\\s+-f\\s+/dev/null',
  ].join('|')})\\s*;*\\s*$`,
);

/**
 * Whether a command does nothing but wait, with programs that the workload image has.
 *
 * @example onlyPassesTime(['/bin/sh', '-c', '--', 'while true; do sleep 30; done;']) // true
 */
export function onlyPassesTime(argv: readonly string[]): boolean {
  const [program = '', ...rest] = argv;
  if (SLEEPERS.has(program)) return rest.length > 0 && rest.every((word) => DURATION.test(word));
  if (TAILS.has(program))
    return rest.length === 2 && /^-[fF]$/.test(rest[0] ?? '') && rest[1] === '/dev/null';
  if (!SHELLS.has(program) || !/^-\w*c$/.test(rest[0] ?? '')) return false;
  const script = rest.slice(1).filter((word) => word !== '--');
  return script.length === 1 && SLEEP_SCRIPT.test(script[0] ?? '');
}
