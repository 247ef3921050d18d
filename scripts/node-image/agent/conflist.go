package main

import "encoding/json"

type object = map[string]any

// conflist is the CNI network list of a node: a veth pair per pod with an address out of podCIDR, routed by the node,
// and hostPorts. Both address and routes are the node's own business, so no bridge is needed.
func conflist(podCIDR string, mtu int) []byte {
	text, err := json.MarshalIndent(object{
		"cniVersion": "1.0.0",
		"name":       "podproof",
		"plugins": []object{
			{
				"type":   "ptp",
				"mtu":    mtu,
				"ipMasq": false,
				"ipam": object{
					"type": "host-local",
					// Below /run, so that addresses are free again after the node restarted.
					"dataDir": "/run/cni-ipam-state",
					"ranges":  [][]object{{{"subnet": podCIDR}}},
					"routes":  []object{{"dst": "0.0.0.0/0"}},
				},
			},
			{"type": "portmap", "capabilities": object{"portMappings": true}},
		},
	}, "", "  ")
	if err != nil {
		panic(err) // only strings, numbers and booleans above
	}
	return append(text, '\n')
}
