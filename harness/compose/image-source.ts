import type { ImageOptions, ImageSource } from '../clusters/deps.ts';
import type { Places } from '../config/places.ts';
import { systemClock } from '../core/clock.ts';
import type { EventSink } from '../core/events.ts';
import type { Engine } from '../engine/types.ts';
import { ensureRegistryImage, ensureWorkloadImage } from '../images/engine-images.ts';
import { ensureMinikubeImage, ensureNodeImage, type BuiltImages } from '../images/node-image.ts';
import { REGISTRY_IMAGE } from '../images/registry-image.ts';
import { local } from '../shell/local.ts';

/** Our own images in one engine: from its store, from the cache, or built. */
export function imageSource(engine: Engine, places: Places, sink: EventSink): ImageSource {
  const build = {
    engine: { argv0: engine.dockerCli, env: engine.env },
    runner: local(),
    cacheDir: places.cache,
    recipeDir: places.recipes,
  };
  const ensure =
    <T extends BuiltImages>(make: (options: typeof build & ImageOptions) => Promise<T>) =>
    async ({ deadline, progress }: ImageOptions): Promise<T> => {
      const startedAt = systemClock.now();
      const built = await make({ ...build, progress, deadline });
      sink.emit({
        type: 'setup',
        step: 'node image',
        detail: `${built.node} (${built.cached ? 'cached' : 'built'})`,
        ms: Math.round(systemClock.now() - startedAt),
      });
      return built;
    };
  return {
    ensureImages: ensure(ensureNodeImage),
    ensureMinikube: ensure(ensureMinikubeImage),
    ensureWorkload: ({ deadline, progress }) => ensureWorkloadImage({ ...build, progress, deadline }),
    ensureRegistry: ({ deadline, progress }) => ensureRegistryImage({ ...build, progress, deadline }),
    registry: REGISTRY_IMAGE,
  };
}
