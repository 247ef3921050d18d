import { KIND_NETWORK } from '../../clusters/kind/labels.ts';
import type { Check } from '../check.ts';
import { askingEngine, finding, ok, skipped } from '../findings.ts';
import { overlap, parseRoutes } from '../routes.ts';
import { isNative } from '../patient.ts';

const TRIED = 'compared the subnets of the network `kind` with the routes of this machine';

export const networkOverlap: Check = {
  id: 'D15',
  title: 'Network of the nodes',
  moment: 'cluster',
  about: {
    looks:
      'Whether a route of this machine (VPN, company network) covers the addresses of the Docker network `kind`.',
    matters:
      'Packets to the nodes would leave through the other route, or yours to that network would end at the nodes.',
    levels: { warn: 'They overlap.' },
    fix: [
      'Remove the network while no cluster uses it, and let Docker choose anew: `docker network rm kind`.',
      'For good: `default-address-pools` in the configuration of the daemon.',
    ],
    links: ['https://docs.docker.com/engine/network/#subnet-allocation'],
  },
  look: askingEngine(TRIED, async (engine, patient, deadline) => {
    if (!isNative(engine, patient))
      return skipped(TRIED, 'the nodes are in a virtual machine, its routes are its own');
    const network = await engine.docker.networks.inspect(KIND_NETWORK, deadline);
    if (network === undefined) return skipped(TRIED, 'there is no network `kind` yet');
    const routes = parseRoutes((await patient.files.text('/proc/net/route')) ?? '');
    // Docker names a bridge after the first letters of its network's id.
    const bridge = `br-${network.id.slice(0, 12)}`;
    const found = network.subnets.flatMap((subnet) =>
      routes
        .filter((route) => route.device !== bridge && overlap(subnet, route))
        .map(({ cidr, device }) => `${subnet} and ${cidr} of ${device}`),
    );
    if (found.length === 0) return ok(TRIED, network.subnets.join(', '));
    return finding('warn', {
      tried: TRIED,
      seen: `overlap: ${found.join('; ')}`,
      cause: 'Packets to nodes could leave through the other route, or the other way round.',
      fix: 'While no cluster runs: docker network rm kind. For good: default-address-pools in the daemon’s configuration.',
    });
  }),
};
