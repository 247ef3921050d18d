import type { ProviderId } from '../core/cluster.ts';
import type { KeepingProvider, ProviderDeps } from './deps.ts';
import { kindProvider } from './kind/provider.ts';

export type ProviderFactory = (deps: ProviderDeps) => KeepingProvider;

/** Every provider that exists. A new one is a folder beside `kind` and a line here. */
export const PROVIDERS = { kind: kindProvider } satisfies Partial<Record<ProviderId, ProviderFactory>>;
