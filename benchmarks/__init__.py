"""What deepgrade costs, measured on one machine in one run: `make bench` prints it, `docs/performance.md` keeps it."""
