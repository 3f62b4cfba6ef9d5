"""What `deepgrade build` leaves for tools that grade, and what their containers need: zips for otter, nbgrader courses."""
