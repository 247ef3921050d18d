import type { KnownError } from './known-error.ts';

/** What the Docker daemon and its command say. */
export const ENGINE_ERRORS: readonly KnownError[] = [
  {
    id: 'DOCKER_NOT_RUNNING',
    pattern: /Cannot connect to the Docker daemon at \S+ Is the docker daemon running\?/,
    sample:
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    cause: 'Nothing listens at that address: the engine has stopped, or the address is wrong.',
    hint: 'Start the engine and look at its log (`journalctl -u docker`). `npm run doctor` tells which address is used and why.',
    link: 'https://docs.docker.com/engine/daemon/troubleshoot/',
  },
  {
    id: 'DOCKER_DENIED',
    pattern: /permission denied while trying to connect to the (?:Docker daemon socket|docker API) at /,
    sample: 'permission denied while trying to connect to the docker API at unix:///var/run/docker.sock',
    cause: 'Your user may not open the socket of the engine.',
    hint: '`sudo usermod -aG docker $USER`, then log in again.',
    link: 'https://docs.docker.com/engine/install/linux-postinstall/',
  },
  {
    id: 'DOCKER_CONFIG_DENIED',
    pattern: /Error loading config file: .*config\.json/,
    sample:
      'WARNING: Error loading config file: /u/me/.docker/config.json\nopen /u/me/.docker/config.json: permission denied',
    cause: 'The folder ~/.docker belongs to root, since a docker command was once run with sudo.',
    hint: '`sudo chown -R $USER ~/.docker`',
    link: 'https://kind.sigs.k8s.io/docs/user/known-issues/#docker-permission-denied',
  },
  {
    id: 'DOCKER_CLIENT_TOO_OLD',
    pattern: /client version [\d.]+ is too old\. Minimum supported API version is/,
    sample:
      'Error response from daemon: client version 1.24 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version',
    cause: 'The docker command is older than the engine allows.',
    hint: 'Update the docker command; `docker version` shows both.',
    link: 'https://docs.docker.com/reference/api/engine/#api-version-matrix',
  },
  {
    id: 'DOCKER_CLIENT_TOO_NEW',
    pattern: /client version [\d.]+ is too new\. Maximum supported API version is/,
    sample:
      'Error response from daemon: client version 1.52 is too new. Maximum supported API version is 1.45',
    cause: 'The engine is older than the docker command allows; usually DOCKER_API_VERSION is set.',
    hint: 'Unset DOCKER_API_VERSION, or update the engine.',
    link: 'https://docs.docker.com/reference/api/engine/#api-version-matrix',
  },
  {
    id: 'DOCKER_NAME_TAKEN',
    pattern: /Conflict\. The container name "[^"]*" is already in use by container/,
    sample:
      'docker: Error response from daemon: Conflict. The container name "/podproof-3f2a91-worker" is already in use by container "0d1c…". You have to remove (or rename) that container to be able to reuse that name.',
    cause: 'A container of that name is still there.',
    hint: 'Run `npm run clean`, then again: every run takes a new name.',
    link: 'https://github.com/moby/moby/blob/master/daemon/errors.go',
  },
  {
    id: 'KIND_PORT_IN_USE',
    pattern: /Bind for \S+ failed: port is already allocated/,
    sample:
      'docker: Error response from daemon: driver failed programming external connectivity on endpoint podproof-3f2a91-control-plane: Bind for 127.0.0.1:38665 failed: port is already allocated.',
    cause: 'Another container took the port of this machine between choosing and using it.',
    hint: 'Run again: a new port is chosen.',
    link: 'https://github.com/moby/moby/blob/master/daemon/libnetwork/portallocator/portallocator.go',
  },
  {
    id: 'HOST_PORT_IN_USE',
    pattern:
      /failed to bind host port [^\n]*address already in use|listen tcp\d? [^\n]*bind: address already in use/,
    sample:
      'docker: Error response from daemon: failed to set up container networking: driver failed programming external connectivity: failed to bind host port 127.0.0.1:38665/tcp: address already in use',
    cause: 'Another program of this machine listens on that port.',
    hint: 'Run again: a new port is chosen. `ss -ltnp` tells who has it.',
    link: 'https://docs.docker.com/engine/network/port-publishing/',
  },
  {
    id: 'HOST_PORT_FORBIDDEN',
    pattern: /bind: An attempt was made to access a socket in a way forbidden by its access permissions/,
    sample:
      'Ports are not available: listen tcp 127.0.0.1:50051: bind: An attempt was made to access a socket in a way forbidden by its access permissions.',
    cause: 'Windows has reserved the port, although nobody listens on it.',
    hint: 'Run again: a new port is chosen. `netsh int ipv4 show excludedportrange tcp` lists the reserved ones.',
    link: 'https://github.com/docker/for-win/issues/3171',
  },
  {
    id: 'DOCKER_POOLS_EXHAUSTED',
    pattern: /all predefined address pools have been fully subnetted/,
    sample: 'Error response from daemon: all predefined address pools have been fully subnetted',
    cause: 'Docker has given away all its address ranges to networks.',
    hint: '`docker network prune`; for more ranges set default-address-pools in daemon.json.',
    link: 'https://docs.docker.com/engine/network/#subnet-allocation',
  },
  {
    id: 'DOCKER_POOL_OVERLAPS',
    pattern: /Pool overlaps with other one on this address space/,
    sample:
      'Error response from daemon: invalid pool request: Pool overlaps with other one on this address space',
    cause: 'The range of a new network is in use by another one.',
    hint: '`docker network ls` and `docker network prune`.',
    link: 'https://docs.docker.com/engine/network/#subnet-allocation',
  },
  {
    id: 'DOCKER_IPTABLES_CHAIN',
    pattern: /iptables: No chain\/target\/match by that name|Chain 'DOCKER[^']*' does not exist/,
    sample:
      'driver failed programming external connectivity on endpoint podproof-3f2a91-control-plane:  (iptables failed: iptables --wait -t nat -A DOCKER -p tcp -d 127.0.0.1 --dport 46796 -j DNAT --to-destination 172.17.0.2:6443: iptables: No chain/target/match by that name.',
    cause:
      'Something has emptied the firewall since the engine started: firewalld, another engine, a script.',
    hint: 'Restart the engine, which writes its chains again: `sudo systemctl restart docker`.',
    link: 'https://github.com/moby/moby/issues/16816',
  },
  {
    id: 'DOCKER_ENDPOINT_LEFT',
    pattern: /endpoint with name \S+ already exists in network/,
    sample:
      'Error response from daemon: endpoint with name podproof-3f2a91-worker already exists in network kind',
    cause: 'The engine still has the network connection of a container that is gone, usually after a crash.',
    hint: '`docker network disconnect --force kind NAME`, or restart the engine.',
    link: 'https://docs.docker.com/reference/cli/docker/network/disconnect/',
  },
  {
    id: 'DOCKER_CGROUP_MOUNT',
    pattern: /cgroups: (?:cgroup mountpoint does not exist|cannot found cgroup mount destination)/,
    sample: 'docker: Error response from daemon: cgroups: cgroup mountpoint does not exist: unknown.',
    cause: 'A cgroup v1 hierarchy that the engine wants is not mounted.',
    hint: 'Update the engine; as root `mkdir /sys/fs/cgroup/systemd && mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd`.',
    link: 'https://github.com/docker/for-linux/issues/219',
  },
  {
    id: 'DOCKER_OVERLAY_MOUNT',
    pattern: /error creating overlay mount to \S+/,
    sample:
      'docker: Error response from daemon: error creating overlay mount to /var/lib/docker/overlay2/5f0e/merged: invalid argument.',
    cause:
      'The file system of the engine’s data, or the kernel, cannot carry overlays (NFS, an overlay itself, some kernels).',
    hint: 'Move the engine’s data (data-root) to ext4 or xfs.',
    link: 'https://docs.docker.com/engine/storage/drivers/overlayfs-driver/',
  },
];
