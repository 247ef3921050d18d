package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

const object1 = `{"metadata":{"name":"a","resourceVersion":"%s"},"spec":{"podCIDR":"%s"},
	"status":{"addresses":[{"type":"Hostname","address":"a"},{"type":"InternalIP","address":"172.18.0.2"}]}}`

func item(version, podCIDR string) string { return fmt.Sprintf(object1, version, podCIDR) }

// A server that lists one node without a pod network, then tells a heartbeat, then the pod network, then hangs up.
func serveNodes(t *testing.T) *httptest.Server {
	lists := 0
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.URL.Query().Get("watch") == "" {
			lists++
			podCIDR := ""
			if lists > 1 {
				podCIDR = "10.244.9.0/24"
			}
			fmt.Fprintf(w, `{"metadata":{"resourceVersion":"7"},"items":[%s]}`, item("7", podCIDR))
			return
		}
		if lists == 1 {
			fmt.Fprintf(w, `{"type":"MODIFIED","object":%s}`+"\n", item("8", ""))
			fmt.Fprintf(w, `{"type":"MODIFIED","object":%s}`+"\n", item("9", "10.244.0.0/24"))
			return
		}
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	return server
}

func TestFollowSendsOnlyChangesAndListsAgainAfterTheStreamEnded(t *testing.T) {
	server := serveNodes(t)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	client := &nodeClient{server: server.URL, tokenFile: token, http: server.Client()}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	states := make(chan []node)
	go client.follow(ctx, states)
	for _, want := range []string{"", "10.244.0.0/24", "10.244.9.0/24"} {
		select {
		case got := <-states:
			expect(t, got, []node{{"a", want, "172.18.0.2"}})
		case <-ctx.Done():
			t.Fatalf("never saw %q", want)
		}
	}
	cancel()
}

func TestServerOfReadsTheKubeletsKubeconfig(t *testing.T) {
	text := "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: QUJD\n" +
		"    server: https://podproof-control-plane:6443\n  name: podproof\n"
	server, err := serverOf(text)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, server, "https://podproof-control-plane:6443")
	if _, err := serverOf("clusters: []\n"); err == nil {
		t.Error("a kubeconfig without server was accepted")
	}
}
