import type Docker from 'dockerode';
import { HarnessError } from '../core/errors.ts';
import { callEngine, statusOf } from './engine-error.ts';
import { checkedImage } from './engine-names.ts';
import type { ImageCalls } from './engine-port.ts';

export function imageCalls(api: Docker): ImageCalls {
  return {
    async has(reference, deadline) {
      try {
        await callEngine(`inspect the image ${reference}`, deadline, () =>
          api.getImage(checkedImage(reference)).inspect(),
        );
        return true;
      } catch (error) {
        if (statusOf(error) === 404) return false;
        throw error;
      }
    },
    async isInRegistry(reference, deadline) {
      try {
        await callEngine(`ask the registry for ${reference}`, deadline, () =>
          api.getImage(checkedImage(reference)).distribution(),
        );
        return true;
      } catch (error) {
        // A refusal, an unknown name and silence all mean: nothing to pull from there.
        if (error instanceof HarnessError && error.exitCode === 4) return false;
        throw error;
      }
    },
  };
}
