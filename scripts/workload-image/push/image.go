package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"runtime"
)

// defaultPath is what the workload image has too; without it a container would get the runtime's own.
const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Media types of the OCI image specification.
const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
	layerType    = "application/vnd.oci.image.layer.v1.tar"
)

// blob is content under its digest.
type blob struct {
	digest  string
	content []byte
}

func blobOf(content []byte) blob {
	return blob{digest: fmt.Sprintf("sha256:%x", sha256.Sum256(content)), content: content}
}

// image is what a registry stores of one.
type image struct {
	layer, config, manifest blob
}

// runConfig is the part of an image's configuration that says what a container of it runs.
type runConfig struct {
	User string   `json:"User,omitempty"`
	Env  []string `json:"Env,omitempty"`
	Cmd  []string `json:"Cmd"`
}

type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int    `json:"size"`
}

// imageOf puts an image of one uncompressed layer together.
func imageOf(layer []byte, run runConfig) (image, error) {
	made := image{layer: blobOf(layer)}
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH,
		"os":           runtime.GOOS,
		"created":      "1970-01-01T00:00:00Z",
		"config":       run,
		"rootfs":       map[string]any{"type": "layers", "diff_ids": []string{made.layer.digest}},
	})
	if err != nil {
		return image{}, err
	}
	made.config = blobOf(config)
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2,
		"mediaType":     manifestType,
		"config":        made.config.describe(configType),
		"layers":        []descriptor{made.layer.describe(layerType)},
	})
	made.manifest = blobOf(manifest)
	return made, err
}

func (b blob) describe(mediaType string) descriptor {
	return descriptor{MediaType: mediaType, Digest: b.digest, Size: len(b.content)}
}
