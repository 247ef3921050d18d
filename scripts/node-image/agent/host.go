package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// linuxHost acts on the network namespace and the file system that the agent runs in.
type linuxHost struct{}

// writeFile replaces the file as a whole: containerd watches the folder and must never read half of it.
func (linuxHost) writeFile(path string, text []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".podproof-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(text)
	if closed := temporary.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if err := os.Chmod(temporary.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// mtuOf is the MTU of the interface that has this address.
func (linuxHost) mtuOf(address string) (int, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return 0, err
	}
	for _, candidate := range interfaces {
		addresses, err := candidate.Addrs()
		if err != nil {
			return 0, err
		}
		for _, found := range addresses {
			if strings.HasPrefix(found.String(), address+"/") {
				return candidate.MTU, nil
			}
		}
	}
	return 0, fmt.Errorf("no interface has the node's address %q", address)
}

func (linuxHost) replaceRoute(podCIDR, via string) error {
	return command("ip", "route", "replace", podCIDR, "via", via)
}

func (linuxHost) deleteRoute(podCIDR string) error {
	err := command("ip", "route", "delete", podCIDR)
	if err != nil && strings.Contains(err.Error(), "No such process") {
		return nil // the kernel's words for a route that is not there
	}
	return err
}

func (linuxHost) ensureMasquerade(podSubnet string) error {
	rule := []string{"POSTROUTING", "-s", podSubnet, "!", "-d", podSubnet,
		"-m", "addrtype", "!", "--dst-type", "LOCAL", "-j", "MASQUERADE"}
	if command("iptables", append([]string{"-w", "-t", "nat", "-C"}, rule...)...) == nil {
		return nil
	}
	return command("iptables", append([]string{"-w", "-t", "nat", "-A"}, rule...)...)
}

func command(name string, arguments ...string) error {
	var stderr bytes.Buffer
	program := exec.Command(name, arguments...)
	program.Stderr = &stderr
	if err := program.Run(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(arguments, " "), err, strings.TrimSpace(stderr.String()))
	}
	return nil
}
