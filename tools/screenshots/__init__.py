"""The pictures of the README and of the guide, taken from a running server with people and words in it."""
