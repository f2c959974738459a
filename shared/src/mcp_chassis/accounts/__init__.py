"""Accounts in which a person has signed in on this machine (`SERVER login`): their store, tokens and renewal."""
