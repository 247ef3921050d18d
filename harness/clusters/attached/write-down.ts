import { systemClock } from '../../core/clock.ts';
import { InfrastructureError } from '../../core/errors.ts';
import { identityOf } from '../../core/process-identity.ts';
import { reserve, type ClusterRecord, type StateFolder } from '../cluster-record.ts';
import type { ClusterIdentity } from './identity.ts';

/** Writes down whose attachment this is, before anybody is connected to. @throws InfrastructureError NAME_TAKEN */
export async function writeDown(
  { name, context, server }: { readonly name: string; readonly context: string; readonly server: string },
  folder: StateFolder,
): Promise<void> {
  if (!(await reserve(folder))) {
    throw new InfrastructureError('NAME_TAKEN', `Another run just took the name ${name}.`, {
      hint: 'Run again.',
    });
  }
  await folder.write({
    schema: 1,
    name,
    provider: 'attached',
    owner: await identityOf(),
    phase: 'creating',
    kept: false,
    fingerprint: '',
    endpoint: server,
    createdAt: systemClock.date().toISOString(),
    notes: { context },
  });
}

/** From now on whoever ends the attachment knows which cluster it was. @throws InfrastructureError RECORD_GONE */
export async function noteIdentity(folder: StateFolder, identity: ClusterIdentity): Promise<ClusterRecord> {
  const record = await folder.read();
  if (record === undefined)
    throw new InfrastructureError('RECORD_GONE', `The record in ${folder.path} is gone.`, {
      hint: 'Run again.',
    });
  const { uid, version, nodes } = identity;
  const names = nodes.map(({ metadata }) => metadata.name).join(', ');
  const known = {
    ...record,
    phase: 'ready',
    notes: { ...record.notes, uid, version, nodes: names },
  } as const;
  await folder.write(known);
  return known;
}
