module podproof.local/workload/serve

go 1.26.0
