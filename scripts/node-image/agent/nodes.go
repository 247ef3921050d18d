package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// node is the part of a Node object that the pod network depends on.
type node struct {
	name    string
	podCIDR string
	address string
}

// nodeObject is a v1 Node as the API server writes it, reduced to what we read.
type nodeObject struct {
	Metadata struct {
		Name            string `json:"name"`
		ResourceVersion string `json:"resourceVersion"`
	} `json:"metadata"`
	Spec struct {
		PodCIDR string `json:"podCIDR"`
	} `json:"spec"`
	Status struct {
		Addresses []struct {
			Type    string `json:"type"`
			Address string `json:"address"`
		} `json:"addresses"`
	} `json:"status"`
}

func (object nodeObject) node() node {
	result := node{name: object.Metadata.Name, podCIDR: object.Spec.PodCIDR}
	for _, address := range object.Status.Addresses {
		if address.Type == "InternalIP" && result.address == "" {
			result.address = address.Address
		}
	}
	return result
}

// nodeClient lists and watches nodes with the token of our service account.
type nodeClient struct {
	server    string
	tokenFile string
	http      *http.Client
}

func newNodeClient(config config) (*nodeClient, error) {
	pem, err := os.ReadFile(config.caFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", config.caFile)
	}
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots},
		ForceAttemptHTTP2: true,
		// A watch is silent for minutes; only a ping tells a quiet server from a lost one.
		HTTP2:                 &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
		ResponseHeaderTimeout: 10 * time.Second,
	}
	return &nodeClient{server: config.server, tokenFile: config.tokenFile, http: &http.Client{Transport: transport}}, nil
}

// follow sends the complete list of nodes at once and after every change that matters. It lists again whenever a watch
// ends, and never gives up before the context does.
func (client *nodeClient) follow(ctx context.Context, states chan<- []node) {
	pause := 100 * time.Millisecond
	for ctx.Err() == nil {
		err := client.listAndWatch(ctx, func(nodes []node) {
			pause = 100 * time.Millisecond
			select {
			case states <- nodes:
			case <-ctx.Done():
			}
		})
		if err != nil && ctx.Err() == nil {
			log.Printf("watch of nodes: %v", err)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
		pause = min(2*pause, 2*time.Second)
	}
}

func (client *nodeClient) listAndWatch(ctx context.Context, send func([]node)) error {
	var list struct {
		Metadata struct {
			ResourceVersion string `json:"resourceVersion"`
		} `json:"metadata"`
		Items []nodeObject `json:"items"`
	}
	body, err := client.get(ctx, url.Values{})
	if err != nil {
		return err
	}
	err = json.NewDecoder(body).Decode(&list)
	body.Close()
	if err != nil {
		return err
	}
	known := nodeSet{}
	for _, item := range list.Items {
		known.put(item.node())
	}
	send(known.sorted())
	return client.watch(ctx, list.Metadata.ResourceVersion, func(kind string, object nodeObject) {
		if known.change(kind, object.node()) {
			send(known.sorted())
		}
	})
}

// watch returns when the stream ends, with nil when the server closed it in order.
func (client *nodeClient) watch(ctx context.Context, version string, on func(kind string, object nodeObject)) error {
	body, err := client.get(ctx, url.Values{"watch": {"true"}, "resourceVersion": {version}, "timeoutSeconds": {"600"}})
	if err != nil {
		return err
	}
	defer body.Close()
	for stream := json.NewDecoder(body); ; {
		var event struct {
			Type   string     `json:"type"`
			Object nodeObject `json:"object"`
		}
		if err := stream.Decode(&event); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if event.Type == "ERROR" {
			return fmt.Errorf("the API server ended the watch with an error")
		}
		on(event.Type, event.Object)
	}
}

func (client *nodeClient) get(ctx context.Context, query url.Values) (io.ReadCloser, error) {
	// Read every time: the kubelet replaces the token before it expires.
	token, err := os.ReadFile(client.tokenFile)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, client.server+"/api/v1/nodes?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	request.Header.Set("Accept", "application/json")
	response, err := client.http.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(response.Body, 300))
		return nil, fmt.Errorf("%s: %s", response.Status, text)
	}
	return response.Body, nil
}
