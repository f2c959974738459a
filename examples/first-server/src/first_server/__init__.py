"""The tutorial server."""
