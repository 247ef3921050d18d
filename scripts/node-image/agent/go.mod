module podproof.local/node/agent

go 1.26.0
