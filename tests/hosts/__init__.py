"""Several hosts, made of network namespaces on one machine, and what can happen between them."""
