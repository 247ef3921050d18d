package main

import (
	"fmt"
	"regexp"
)

// reference says where an image goes: 172.18.0.5:5000/app:v1.
type reference struct {
	host, repository, tag string
}

// The grammar of the OCI distribution specification, with a port that must be there.
var referencePattern = regexp.MustCompile(
	`^([A-Za-z0-9.-]+:[0-9]{1,5})/` +
		`([a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*):` +
		`([A-Za-z0-9_][A-Za-z0-9._-]{0,127})$`)

func parseReference(text string) (reference, error) {
	parts := referencePattern.FindStringSubmatch(text)
	if parts == nil {
		return reference{}, fmt.Errorf("--to %q: wanted HOST:PORT/REPOSITORY:TAG", text)
	}
	return reference{host: parts[1], repository: parts[2], tag: parts[3]}, nil
}
