"""What `umi bench` runs: an adapter for retrieval benchmarks, and a table of latencies."""
