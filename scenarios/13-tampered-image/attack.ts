import { pushImage, type Scene, type Stage } from '../../harness/index.ts';

/** Where each image says who it is. Every user may write there in every container. */
export const MARKER = '/dev/shm/marker';
/** The user of the harmless images, and the one that the more careful attacker chose. */
export const HARMLESS_USER = 405;
export const ATTACKER_USER = 1234;

/** Harmless images under both tags. Their digest is told to the manifests before the tag means something else. */
export async function pushHarmless(stage: Stage): Promise<void> {
  const { runner, nameOf } = await stage.registry();
  const harmless = { user: String(HARMLESS_USER), command: announces('harmless', stage) };
  stage.pin('app', await pushImage(runner, { to: nameOf('app:v1'), ...harmless }));
  await pushImage(runner, { to: nameOf('other-app:v1'), ...harmless });
}

/** Other images under the same tags; the one of `app` runs as root, that of `other-app` does not. */
export async function pushAttackers(stage: Stage): Promise<void> {
  const { runner, nameOf } = await stage.registry();
  const command = announces('attacker', stage);
  await pushImage(runner, { to: nameOf('app:v1'), command });
  await pushImage(runner, { to: nameOf('other-app:v1'), user: String(ATTACKER_USER), command });
}

function announces(who: string, scene: Scene): readonly [string, ...string[]] {
  return ['sh', '-c', 'echo "$1 $2" > "$3"; exec idle', 'sh', who, scene.nonceOf('app'), MARKER];
}
