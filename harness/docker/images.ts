import type Docker from 'dockerode';
import type { Deadline } from '../core/deadline.ts';
import { HarnessError } from '../core/errors.ts';
import { callEngine, statusOf } from './engine-error.ts';
import { checkedImage } from './engine-names.ts';
import type { ImageCalls } from './engine-port.ts';

export function imageCalls(api: Docker): ImageCalls {
  const inspect = async (
    reference: string,
    deadline: Deadline,
  ): Promise<Docker.ImageInspectInfo | undefined> => {
    try {
      return await callEngine(`inspect the image ${reference}`, deadline, () =>
        api.getImage(checkedImage(reference)).inspect(),
      );
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  };
  return {
    has: async (reference, deadline) => (await inspect(reference, deadline)) !== undefined,
    architecture: async (reference, deadline) => (await inspect(reference, deadline))?.Architecture,
    async registryRefusal(reference, deadline) {
      try {
        await callEngine(`ask the registry for ${reference}`, deadline, () =>
          api.getImage(checkedImage(reference)).distribution(),
        );
        return undefined;
      } catch (error) {
        // A refusal, an unknown name and silence all mean: nothing to pull from there.
        if (error instanceof HarnessError && error.exitCode === 4) return error.message;
        throw error;
      }
    },
  };
}
