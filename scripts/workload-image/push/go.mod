module podproof.local/workload/push

go 1.26.0
