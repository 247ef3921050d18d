import type { ImageSource, NodeImageOptions } from '../clusters/deps.ts';
import type { Places } from '../config/places.ts';
import { systemClock } from '../core/clock.ts';
import type { EventSink } from '../core/events.ts';
import type { Engine } from '../engine/types.ts';
import { ensureRegistryImage, ensureWorkloadImage } from '../images/engine-images.ts';
import { ensureK3sLikeImage } from '../images/k3s-like-image.ts';
import { ensureMinikubeImage, ensureNodeImage, type BuiltImages } from '../images/node-image.ts';
import { REGISTRY_IMAGE } from '../images/registry-image.ts';
import { local } from '../shell/local.ts';

/** Our own images, built into the cache and brought into the engine when a provider asks for them. */
export function imageSource(
  engine: Pick<Engine, 'dockerCli' | 'env'>,
  places: Pick<Places, 'cache' | 'recipes'>,
  sink: EventSink,
): ImageSource {
  const build = {
    engine: { argv0: engine.dockerCli, env: engine.env },
    runner: local(),
    cacheDir: places.cache,
    recipeDir: places.recipes,
  };
  const told =
    <T extends BuiltImages>(ensure: (options: typeof build & NodeImageOptions) => Promise<T>) =>
    async ({ deadline, progress, kubernetes }: NodeImageOptions): Promise<T> => {
      const startedAt = systemClock.now();
      const built = await ensure({ ...build, progress, deadline, kubernetes });
      sink.emit({
        type: 'setup',
        step: 'node image',
        detail: `${built.node} (${built.cached ? 'cached' : 'built'})`,
        ms: Math.round(systemClock.now() - startedAt),
      });
      return built;
    };
  return {
    ensureImages: told(ensureNodeImage),
    ensureMinikube: told(ensureMinikubeImage),
    ensureK3sLike: told(ensureK3sLikeImage),
    ensureWorkload: ({ deadline, progress }) => ensureWorkloadImage({ ...build, progress, deadline }),
    ensureRegistry: ({ deadline, progress }) => ensureRegistryImage({ ...build, progress, deadline }),
    registry: REGISTRY_IMAGE,
  };
}
