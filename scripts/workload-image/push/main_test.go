package main

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// store is a registry that takes only what fits: blobs by their digest, manifests whose blobs are there.
type store struct {
	blobs, manifests map[string][]byte
	uploads          int
}

func newStore(t *testing.T) (*store, string) {
	s := &store{blobs: map[string][]byte{}, manifests: map[string][]byte{}}
	mux := http.NewServeMux()
	mux.HandleFunc("HEAD /v2/team/app/blobs/{digest}", func(w http.ResponseWriter, r *http.Request) {
		if _, found := s.blobs[r.PathValue("digest")]; !found {
			w.WriteHeader(http.StatusNotFound)
		}
	})
	mux.HandleFunc("POST /v2/team/app/blobs/uploads/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/upload/1?state=kept")
		w.WriteHeader(http.StatusAccepted)
	})
	mux.HandleFunc("PUT /upload/1", func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		digest := r.URL.Query().Get("digest")
		if r.URL.Query().Get("state") != "kept" || digest != digestOf(content) {
			http.Error(w, "DIGEST_INVALID", http.StatusBadRequest)
			return
		}
		s.uploads++
		s.blobs[digest] = content
		w.WriteHeader(http.StatusCreated)
	})
	mux.HandleFunc("PUT /v2/team/app/manifests/{tag}", func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		for _, part := range partsOf(content) {
			if len(s.blobs[part.Digest]) != part.Size || part.Size == 0 {
				http.Error(w, "MANIFEST_BLOB_UNKNOWN", http.StatusNotFound)
				return
			}
		}
		s.manifests[r.PathValue("tag")] = content
		w.Header().Set("Docker-Content-Digest", digestOf(content))
		w.WriteHeader(http.StatusCreated)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return s, strings.TrimPrefix(server.URL, "http://")
}

func digestOf(content []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(content)) }

func partsOf(manifest []byte) []descriptor {
	var found struct {
		Config descriptor
		Layers []descriptor
	}
	json.Unmarshal(manifest, &found)
	return append(found.Layers, found.Config)
}

// workload is a root file system like the one of the workload image.
func workload(t *testing.T) string {
	root := t.TempDir()
	for name, content := range map[string]string{
		"usr/bin/busybox": "the applets", "usr/bin/idle": "waits", "usr/bin/serve": "answers", "usr/bin/curl": "no part of it",
		"etc/passwd": "guest:x:405:100:::\n", "etc/group": "users:x:100:\n", "usr/sbin/empty": "",
	} {
		os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755)
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{
		"usr/bin/sh": "busybox", "usr/sbin/nologin": "../bin/sh", "usr/bin/gone": "nowhere", "usr/bin/other": "curl",
	} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func pushed(t *testing.T, root, host string, args ...string) string {
	asked, err := parse(append([]string{"--to", host + "/team/app:v1"}, args...))
	if err != nil {
		t.Fatal(err)
	}
	digest, err := push(context.Background(), root, asked)
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

func TestTheTagNamesAnImageThatRunsTheCommandAsTheUser(t *testing.T) {
	registry, host := newStore(t)
	digest := pushed(t, workload(t), host, "--user", "1234", "--env", "A=b c", "--env", "E=", "--", "sh", "-c", "echo $A")
	manifest := registry.manifests["v1"]
	if digest != digestOf(manifest) {
		t.Errorf("printed %s, the registry has %s", digest, digestOf(manifest))
	}
	parts := partsOf(manifest)
	var config struct {
		OS     string
		Config runConfig
		Rootfs struct {
			DiffIDs []string `json:"diff_ids"`
		}
	}
	json.Unmarshal(registry.blobs[parts[1].Digest], &config)
	want := runConfig{User: "1234", Env: []string{defaultPath, "A=b c", "E="}, Cmd: []string{"sh", "-c", "echo $A"}}
	if fmt.Sprint(config.Config) != fmt.Sprint(want) || config.OS != "linux" {
		t.Errorf("got %+v, want %+v", config, want)
	}
	if fmt.Sprint(config.Rootfs.DiffIDs) != fmt.Sprint([]string{parts[0].Digest}) {
		t.Errorf("the layer is %s, the configuration says %v", parts[0].Digest, config.Rootfs.DiffIDs)
	}
}

func TestTheLayerHoldsBusyboxUnderItsNamesAndNothingElse(t *testing.T) {
	root := workload(t)
	layer, err := layerOf(root)
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for in := tar.NewReader(bytes.NewReader(layer)); ; {
		header, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Uid != 0 || header.Gid != 0 || header.ModTime.Unix() != 0 {
			t.Errorf("%s is of %d:%d, changed %s", header.Name, header.Uid, header.Gid, header.ModTime)
		}
		seen = append(seen, fmt.Sprintf("%o %s%s", header.Mode, header.Name, arrow(header.Linkname)))
	}
	want := []string{
		"755 etc/", "644 etc/group", "644 etc/passwd", "700 root/", "1777 tmp/", "755 usr/", "755 usr/bin/", "755 usr/sbin/",
		"777 bin -> usr/bin", "777 sbin -> usr/sbin", "755 usr/bin/busybox", "755 usr/bin/idle", "755 usr/bin/serve",
		"777 usr/bin/sh -> /usr/bin/busybox", "777 usr/sbin/nologin -> /usr/bin/busybox",
	}
	if strings.Join(seen, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(seen, "\n"), strings.Join(want, "\n"))
	}
}

func arrow(target string) string {
	if target == "" {
		return ""
	}
	return " -> " + target
}

func TestEqualImagesHaveOneDigestAndOthersAnother(t *testing.T) {
	registry, host := newStore(t)
	root := workload(t)
	first := pushed(t, root, host, "--user", "405", "--", "idle")
	again := pushed(t, workload(t), host, "--user", "405", "--", "idle")
	if first != again {
		t.Errorf("equal arguments gave %s and %s", first, again)
	}
	if registry.uploads != 2 {
		t.Errorf("%d uploads, want 2: the registry had both blobs the second time", registry.uploads)
	}
	for _, args := range [][]string{
		{"--", "idle"}, {"--user", "405", "--", "idle", "x"}, {"--user", "405", "--env", "A=b", "--", "idle"},
	} {
		if other := pushed(t, root, host, args...); other == first {
			t.Errorf("%v gave the same image as other arguments", args)
		}
	}
}

func TestTheRegistryThatRefusesIsQuoted(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"errors":[{"code":"DENIED"}]}`, http.StatusForbidden)
	}))
	defer server.Close()
	asked, _ := parse([]string{"--to", strings.TrimPrefix(server.URL, "http://") + "/app:v1", "--", "idle"})
	_, err := push(context.Background(), workload(t), asked)
	if err == nil || !strings.Contains(err.Error(), "403 Forbidden") || !strings.Contains(err.Error(), "DENIED") {
		t.Errorf("got %v", err)
	}
}

func TestAnotherDigestThanOursIsAnError(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			w.Header().Set("Docker-Content-Digest", "sha256:0")
			w.WriteHeader(http.StatusCreated)
		}
	}))
	defer server.Close()
	asked, _ := parse([]string{"--to", strings.TrimPrefix(server.URL, "http://") + "/app:v1", "--", "idle"})
	if _, err := push(context.Background(), workload(t), asked); err == nil || !strings.Contains(err.Error(), "stored sha256:0") {
		t.Errorf("got %v", err)
	}
}

func TestASilentRegistryEndsWithTheContext(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	asked, _ := parse([]string{"--to", strings.TrimPrefix(server.URL, "http://") + "/app:v1", "--", "idle"})
	if _, err := push(ctx, workload(t), asked); err == nil || !strings.Contains(err.Error(), "deadline exceeded") {
		t.Errorf("got %v", err)
	}
}

func TestAnotherContainerThanTheWorkloadIsNamed(t *testing.T) {
	asked, _ := parse([]string{"--to", "127.0.0.1:1/app:v1", "--", "idle"})
	if _, err := push(context.Background(), t.TempDir(), asked); err == nil || !strings.Contains(err.Error(), "workload image only") {
		t.Errorf("got %v", err)
	}
}

func TestBadArgumentsAreUsageErrors(t *testing.T) {
	for want, args := range map[string][]string{
		"no command":                 {"--to", "h:1/a:v1"},
		"wanted HOST:PORT/":          {"--to", "h/a:v1", "--", "idle"},
		`"h:1/A:v1": wanted HOST`:    {"--to", "h:1/A:v1", "--", "idle"},
		`"h:1/../a:v1": wanted HOST`: {"--to", "h:1/../a:v1", "--", "idle"},
		`"": wanted HOST`:            {"--", "idle"},
		"wanted KEY=VALUE":           {"--to", "h:1/a:v1", "--env", "=x", "--", "idle"},
		"-shout":                     {"--shout", "--", "idle"},
	} {
		if _, err := parse(args); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gave %v, want it to say %q", args, err, want)
		}
	}
}
