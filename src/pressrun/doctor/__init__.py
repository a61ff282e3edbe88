"""What `pressrun doctor` and `GET /v1/system` look at: this machine and its database."""
