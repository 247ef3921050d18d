import { describeResult } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import type { Finding } from '../../core/diagnosis.ts';
import { EnvironmentError } from '../../core/errors.ts';
import { recognise } from '../../core/known-errors/recognise.ts';
import { checkBuildRequirements } from '../../images/build-requirements.ts';
import type { Check } from '../check.ts';
import { finding, findingOf, info, ok } from '../findings.ts';
import { imagesOfNodes, ownImage } from '../node-images.ts';
import type { AnsweringEngine, Patient } from '../patient.ts';

const TRIED = 'looked for a node image in the engine, in the cache and in the registry';
/** A registry that answers does so within a second. */
const REGISTRY_MS = 3000;
/** Asking for its newest version needs the network, whatever is cached. */
const PROBED_MODULE = 'sigs.k8s.io/kind';

export const images: Check = {
  id: 'D22',
  title: 'Node image',
  // A run chooses its image by the same questions, and stops before there is a cluster.
  moment: 'run',
  about: {
    looks:
      'Whether a node image is in the engine or in the cache, whether a registry answers the daemon, and whether this machine could build one.',
    matters: 'Without an image there is no node.',
    levels: {
      info: 'None yet: a run builds it from Debian packages and Go modules, about twelve minutes on two cores, once.',
      fail: 'None is there, no registry answers, and this machine cannot build one; or the one asked for is nowhere.',
    },
    fix: [
      'Give the engine access to an image registry, or load an image yourself (`docker load`) and name it with `--image`.',
      'To build one here: Debian as root, with Go 1.26, gcc, wget, tar and util-linux.',
    ],
  },
  async look(patient, deadline) {
    const engine = await patient.engine();
    const candidates = await imagesOfNodes(patient, deadline);
    if (engine.kind === 'answers') {
      const there = await firstIn(engine, candidates, deadline);
      if (there !== undefined) return ok(TRIED, `${there} is in the engine`);
    }
    const { wish } = patient;
    if (wish.image !== undefined)
      return askedFor(wish.image, engine.kind === 'answers' ? engine : undefined, deadline);
    const own = await ownImage(patient);
    if (own.built) return ok(TRIED, `${own.node} is in the cache`);
    const [stock = ''] = candidates;
    if (engine.kind === 'answers' && (await refusal(engine, stock, deadline)) === undefined) {
      return ok(TRIED, `${stock} can be pulled`);
    }
    return buildable(patient, deadline);
  },
};

async function firstIn(
  { docker }: AnsweringEngine,
  candidates: readonly string[],
  deadline: Deadline,
): Promise<string | undefined> {
  const there = await Promise.all(candidates.map((image) => docker.images.has(image, deadline)));
  return candidates.find((_, index) => there[index] === true);
}

async function refusal(
  { docker }: AnsweringEngine,
  image: string,
  deadline: Deadline,
): Promise<string | undefined> {
  const within = Deadline.in(REGISTRY_MS, 'the image registry', deadline.signal);
  return docker.images.registryRefusal(image, within);
}

async function askedFor(
  image: string,
  engine: AnsweringEngine | undefined,
  deadline: Deadline,
): Promise<Finding> {
  if (engine === undefined) return info(TRIED, `${image}: no engine that could tell whether it is there`);
  const why = await refusal(engine, image, deadline);
  if (why === undefined) return ok(TRIED, `${image} can be pulled`);
  return finding('fail', {
    tried: TRIED,
    seen: `${image} is not in the engine, and its registry does not give it: ${why}`,
    cause: 'The nodes would be made from it.',
    fix: recognise(why)?.hint ?? 'Check the name, or leave --image out: podproof then finds or builds one.',
  });
}

async function buildable({ shell, folders, machine, files }: Patient, deadline: Deadline): Promise<Finding> {
  const disk = (await files.disk(folders.cache)) ?? (await files.disk(folders.home));
  const { platform, uid } = machine;
  try {
    await checkBuildRequirements(shell, { platform, uid, freeBytes: disk?.freeBytes ?? 0 }, deadline);
  } catch (error) {
    if (error instanceof EnvironmentError) return findingOf(error, TRIED);
    throw error;
  }
  const go = await shell.run(['go', 'list', '-m', `${PROBED_MODULE}@latest`], {
    deadline,
    cwd: folders.home,
    env: { GOFLAGS: '', GO111MODULE: 'on' },
  });
  if (go.kind === 'exited' && go.exitCode === 0) {
    return info(TRIED, 'none yet; a run builds one, about twelve minutes on two cores');
  }
  return finding('fail', {
    tried: `${TRIED}, then \`go list -m\``,
    seen: `no image, no registry answers, and no Go module either: ${describeResult(go)}`,
    cause: 'Nothing can be pulled, and nothing can be built from modules.',
    fix: 'Connect to the network (GOPROXY and HTTPS_PROXY, if it needs them), or load an image and name it with --image.',
  });
}
