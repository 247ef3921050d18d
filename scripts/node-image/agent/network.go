package main

import (
	"fmt"
	"log"
	"path/filepath"
)

const conflistName = "10-podproof.conflist"

// host is what the agent does to the node.
type host interface {
	writeFile(path string, text []byte) error
	mtuOf(address string) (int, error)
	replaceRoute(podCIDR, via string) error
	deleteRoute(podCIDR string) error
	ensureMasquerade(podSubnet string) error
}

// network brings the node to the state that the Node objects imply and remembers what it did.
type network struct {
	config     config
	host       host
	written    string
	routes     map[string]string // podCIDR → address of the node that has it
	masquerade bool
}

func (network *network) forgetMasquerade() { network.masquerade = false }

// apply is idempotent and does only what changed since the last time. After an error it can be called again.
func (network *network) apply(nodes []node) error {
	if err := network.applyRoutes(nodes); err != nil {
		return err
	}
	if !network.masquerade {
		if err := network.host.ensureMasquerade(network.config.podSubnet); err != nil {
			return err
		}
		network.masquerade = true
	}
	// Last: with this file the node becomes Ready, and its pods expect the rest to be in place.
	return network.applyConflist(nodes)
}

func (network *network) applyConflist(nodes []node) error {
	for _, own := range nodes {
		if own.name != network.config.nodeName || own.podCIDR == "" || own.podCIDR == network.written {
			continue
		}
		mtu, err := network.host.mtuOf(own.address)
		if err != nil {
			return err
		}
		path := filepath.Join(network.config.cniFolder, conflistName)
		if err := network.host.writeFile(path, conflist(own.podCIDR, mtu)); err != nil {
			return err
		}
		network.written = own.podCIDR
		log.Printf("wrote %s for %s", path, own.podCIDR)
	}
	return nil
}

func (network *network) applyRoutes(nodes []node) error {
	wanted := wantedRoutes(nodes, network.config.nodeName)
	if network.routes == nil {
		network.routes = map[string]string{}
	}
	for podCIDR, via := range wanted {
		if network.routes[podCIDR] == via {
			continue
		}
		if err := network.host.replaceRoute(podCIDR, via); err != nil {
			return fmt.Errorf("route to %s via %s: %w", podCIDR, via, err)
		}
		network.routes[podCIDR] = via
		log.Printf("pods %s are behind %s", podCIDR, via)
	}
	for podCIDR := range network.routes {
		if _, still := wanted[podCIDR]; still {
			continue
		}
		if err := network.host.deleteRoute(podCIDR); err != nil {
			return fmt.Errorf("remove the route to %s: %w", podCIDR, err)
		}
		delete(network.routes, podCIDR)
		log.Printf("pods %s are gone", podCIDR)
	}
	return nil
}

// wantedRoutes leads to the pods of every other node that has both a pod network and an address.
func wantedRoutes(nodes []node, ownName string) map[string]string {
	routes := map[string]string{}
	for _, peer := range nodes {
		if peer.name != ownName && peer.podCIDR != "" && peer.address != "" {
			routes[peer.podCIDR] = peer.address
		}
	}
	return routes
}
