package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// config is what the manifest tells the agent.
type config struct {
	nodeName  string
	podSubnet string
	server    string // such as https://podproof-control-plane:6443
	caFile    string
	tokenFile string
	cniFolder string
}

func configFromEnvironment(getenv func(string) string) (config, error) {
	values := map[string]string{}
	for _, name := range []string{"NODE_NAME", "POD_SUBNET", "KUBELET_CONFIG", "CA_FILE", "TOKEN_FILE", "CNI_FOLDER"} {
		if values[name] = getenv(name); values[name] == "" {
			return config{}, fmt.Errorf("the environment variable %s is missing", name)
		}
	}
	text, err := os.ReadFile(values["KUBELET_CONFIG"])
	if err != nil {
		return config{}, err
	}
	server, err := serverOf(string(text))
	if err != nil {
		return config{}, fmt.Errorf("%s: %w", values["KUBELET_CONFIG"], err)
	}
	return config{
		nodeName:  values["NODE_NAME"],
		podSubnet: values["POD_SUBNET"],
		server:    server,
		caFile:    values["CA_FILE"],
		tokenFile: values["TOKEN_FILE"],
		cniFolder: values["CNI_FOLDER"],
	}, nil
}

// serverOf finds the API server's address in a kubeconfig of kubeadm, which always has exactly one cluster.
func serverOf(kubeconfig string) (string, error) {
	lines := bufio.NewScanner(strings.NewReader(kubeconfig))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		key, value, _ := strings.Cut(strings.TrimSpace(lines.Text()), ":")
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		if key == "server" && strings.HasPrefix(value, "https://") {
			return value, nil
		}
	}
	return "", fmt.Errorf("no line `server: https://…` in this kubeconfig")
}
