package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// upload sends what the registry does not have yet, the manifest last, as the OCI distribution specification wants it.
// It returns the digest under which the registry has the image now.
func upload(ctx context.Context, to reference, made image) (string, error) {
	registry := registry{
		base: &url.URL{Scheme: "http", Host: to.host, Path: "/v2/" + to.repository + "/"},
		// No proxy: the registry is on the network that this container is on.
		client: &http.Client{Transport: &http.Transport{}},
	}
	for _, part := range []blob{made.layer, made.config} {
		if err := registry.ensureBlob(ctx, part); err != nil {
			return "", err
		}
	}
	return made.manifest.digest, registry.putManifest(ctx, to.tag, made.manifest)
}

type registry struct {
	base   *url.URL
	client *http.Client
}

func (r registry) ensureBlob(ctx context.Context, part blob) error {
	answer, err := r.send(ctx, http.MethodHead, r.base.JoinPath("blobs", part.digest), nil, "")
	if err != nil {
		return err
	}
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	answer, err = r.send(ctx, http.MethodPost, r.base.JoinPath("blobs/uploads/"), nil, "")
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusAccepted {
		return refusal(answer)
	}
	// Where to send it is the registry's choice, and may be relative.
	place, err := answer.Location()
	if err != nil {
		return fmt.Errorf("%s accepted an upload and did not say where to: %w", r.base.Host, err)
	}
	query := place.Query()
	query.Set("digest", part.digest)
	place.RawQuery = query.Encode()
	answer, err = r.send(ctx, http.MethodPut, place, part.content, "application/octet-stream")
	if err == nil && answer.StatusCode != http.StatusCreated {
		err = refusal(answer)
	}
	return err
}

func (r registry) putManifest(ctx context.Context, tag string, manifest blob) error {
	answer, err := r.send(ctx, http.MethodPut, r.base.JoinPath("manifests", tag), manifest.content, manifestType)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusCreated {
		return refusal(answer)
	}
	if stored := answer.Header.Get("Docker-Content-Digest"); stored != "" && stored != manifest.digest {
		return fmt.Errorf("%s stored %s instead of %s", r.base.Host, stored, manifest.digest)
	}
	return nil
}

// send returns the answer with its body read, at most as much as an error message needs.
func (r registry) send(ctx context.Context, method string, to *url.URL, body []byte, kind string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, to.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	answer, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4096))
	answer.Body = io.NopCloser(bytes.NewReader(text))
	return answer, err
}

func refusal(answer *http.Response) error {
	text, _ := io.ReadAll(answer.Body)
	asked := answer.Request.Method + " " + answer.Request.URL.Redacted()
	return fmt.Errorf("%s: the registry answered %s %s", asked, answer.Status, strings.TrimSpace(string(text)))
}
