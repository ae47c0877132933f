"""What an administrator watches: figures about waiting work and processes, shown by ``doctor`` and to Prometheus."""
