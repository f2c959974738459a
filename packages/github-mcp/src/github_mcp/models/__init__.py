"""Tool results, made from the records of GitHub's answers."""
