// Command cni-agent gives a node its pod network. It runs on every node as a DaemonSet, watches the Node objects and
// keeps three things as they imply: the CNI configuration of this node, a route to the pods of every other node, and
// the masquerade rule for traffic that leaves the pod network.
//
// It talks to the API server at the address that the kubelet uses. The service address 10.96.0.1 would work only after
// kube-proxy has written its rules; before that the packets leave the node and some other host may answer them.
package main

import (
	"context"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Masquerading is looked at again this often, in case something flushed the table.
const recheckInterval = time.Minute

func main() {
	log.SetFlags(log.Ltime | log.Lmicroseconds)
	config, err := configFromEnvironment(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, config); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}

// run applies every state of the cluster that the watch tells, until the context ends.
func run(ctx context.Context, config config) error {
	client, err := newNodeClient(config)
	if err != nil {
		return err
	}
	states := make(chan []node)
	go client.follow(ctx, states)
	network := &network{config: config, host: linuxHost{}}
	recheck := time.NewTicker(recheckInterval)
	defer recheck.Stop()
	var latest []node
	for retry := (<-chan time.Time)(nil); ; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case latest = <-states:
		case <-recheck.C:
			network.forgetMasquerade()
		case <-retry:
		}
		retry = nil
		if err := network.apply(latest); err != nil {
			log.Printf("will try again: %v", err)
			retry = time.After(200 * time.Millisecond)
		}
	}
}
