"""Results of the tools, made from the records of GitHub's responses."""
