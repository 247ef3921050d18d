package main

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

const busybox = "usr/bin/busybox"

// layerOf packs what the image consists of: the files below root that a harmless or a harmful pod needs. Times, owners
// and order are fixed, so that equal files give equal bytes. It is not compressed: over the bridge of one machine that
// would cost more time than it saves.
func layerOf(root string) ([]byte, error) {
	applets, err := appletsOf(root)
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	tree := tree{root: root, out: tar.NewWriter(&packed)}
	tree.folder("etc", 0o755)
	tree.file("etc/group", 0o644)
	tree.file("etc/passwd", 0o644)
	tree.folder("root", 0o700)
	tree.folder("tmp", 0o1777)
	tree.folder("usr", 0o755)
	tree.folder("usr/bin", 0o755)
	tree.folder("usr/sbin", 0o755)
	tree.link("bin", "usr/bin")
	tree.link("sbin", "usr/sbin")
	for _, program := range []string{busybox, "usr/bin/idle", "usr/bin/serve"} {
		tree.file(program, 0o755)
	}
	for _, applet := range applets {
		tree.link(applet, "/"+busybox)
	}
	if tree.err == nil {
		tree.err = tree.out.Close()
	}
	return packed.Bytes(), tree.err
}

// appletsOf finds every name that busybox goes by, in order.
func appletsOf(root string) ([]string, error) {
	program, err := os.Stat(filepath.Join(root, busybox))
	if err != nil {
		return nil, fmt.Errorf("push works in the workload image only: %w", err)
	}
	var applets []string
	for _, folder := range []string{"usr/bin", "usr/sbin"} {
		entries, err := os.ReadDir(filepath.Join(root, folder))
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			name := filepath.Join(folder, entry.Name())
			// Follows links; one that leads nowhere is no applet.
			found, err := os.Stat(filepath.Join(root, name))
			if err == nil && name != busybox && os.SameFile(found, program) {
				applets = append(applets, name)
			}
		}
	}
	return applets, nil
}

// tree writes entries into an archive. After the first error it writes nothing more.
type tree struct {
	root string
	out  *tar.Writer
	err  error
}

func (t *tree) folder(name string, mode int64) {
	t.add(tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: mode}, nil)
}

func (t *tree) link(name, target string) {
	t.add(tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}, nil)
}

func (t *tree) file(name string, mode int64) {
	content, err := os.ReadFile(filepath.Join(t.root, name))
	if err != nil {
		t.fail(err)
		return
	}
	t.add(tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(content))}, content)
}

func (t *tree) add(header tar.Header, content []byte) {
	if t.err != nil {
		return
	}
	header.Format = tar.FormatUSTAR
	t.fail(t.out.WriteHeader(&header))
	if t.err == nil {
		_, err := t.out.Write(content)
		t.fail(err)
	}
}

func (t *tree) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}
