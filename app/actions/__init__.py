"""What people can do, one function per verb: access, change, commit, tell."""
