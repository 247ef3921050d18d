package main

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// recorder is a host that only writes down what it is asked to do.
type recorder struct {
	done []string
	fail string // the first action that starts with this fails once
}

func (r *recorder) act(action string) error {
	if r.fail != "" && strings.HasPrefix(action, r.fail) {
		r.fail = ""
		return errors.New("planted")
	}
	r.done = append(r.done, action)
	return nil
}

func (r *recorder) writeFile(path string, text []byte) error { return r.act("write " + path) }
func (r *recorder) mtuOf(address string) (int, error)        { return 1450, nil }
func (r *recorder) replaceRoute(podCIDR, via string) error {
	return r.act("route " + podCIDR + " " + via)
}
func (r *recorder) deleteRoute(podCIDR string) error        { return r.act("unroute " + podCIDR) }
func (r *recorder) ensureMasquerade(podSubnet string) error { return r.act("masquerade " + podSubnet) }

var (
	self = node{"self", "10.244.0.0/24", "172.18.0.2"}
	peer = node{"peer", "10.244.1.0/24", "172.18.0.3"}
	late = node{"late", "", "172.18.0.4"}
)

func newNetwork(host *recorder) *network {
	return &network{config: config{nodeName: "self", podSubnet: "10.244.0.0/16", cniFolder: "/cni"}, host: host}
}

func expect(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestConfiguresTheNodeOnceAndLast(t *testing.T) {
	host := &recorder{}
	network := newNetwork(host)
	for range 2 {
		if err := network.apply([]node{late, peer, self}); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, host.done, []string{
		"route 10.244.1.0/24 172.18.0.3", "masquerade 10.244.0.0/16", "write /cni/10-podproof.conflist",
	})
}

func TestWaitsForItsOwnPodNetwork(t *testing.T) {
	host := &recorder{}
	if err := newNetwork(host).apply([]node{{"self", "", "172.18.0.2"}}); err != nil {
		t.Fatal(err)
	}
	expect(t, host.done, []string{"masquerade 10.244.0.0/16"})
}

func TestFollowsAPeerThatMovesAndLeaves(t *testing.T) {
	host := &recorder{}
	network := newNetwork(host)
	moved := peer
	moved.address = "172.18.0.9"
	for _, nodes := range [][]node{{self, peer}, {self, moved}, {self}} {
		if err := network.apply(nodes); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, host.done[3:], []string{"route 10.244.1.0/24 172.18.0.9", "unroute 10.244.1.0/24"})
}

func TestTriesAgainWhatFailed(t *testing.T) {
	host := &recorder{fail: "masquerade"}
	network := newNetwork(host)
	if err := network.apply([]node{self}); err == nil {
		t.Fatal("the planted failure was lost")
	}
	expect(t, host.done, []string(nil)) // above all no conflist: the node must not become Ready half made
	if err := network.apply([]node{self}); err != nil {
		t.Fatal(err)
	}
	expect(t, host.done, []string{"masquerade 10.244.0.0/16", "write /cni/10-podproof.conflist"})
}

func TestConflistIsValidAndHoldsTheSubnet(t *testing.T) {
	var parsed struct {
		CNIVersion string
		Plugins    []struct {
			Type string
			MTU  int
			IPAM struct{ Ranges [][]struct{ Subnet string } }
		}
	}
	if err := json.Unmarshal(conflist("10.244.7.0/24", 1450), &parsed); err != nil {
		t.Fatal(err)
	}
	expect(t, parsed.CNIVersion, "1.0.0")
	expect(t, parsed.Plugins[0].Type, "ptp")
	expect(t, parsed.Plugins[0].MTU, 1450)
	expect(t, parsed.Plugins[0].IPAM.Ranges[0][0].Subnet, "10.244.7.0/24")
	expect(t, parsed.Plugins[1].Type, "portmap")
}
