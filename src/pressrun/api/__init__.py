"""Writer's shape over HTTP: routes translate, check who asks, call one verb, and shape the answer."""
