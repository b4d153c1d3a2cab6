"""Named features of posts and of pairs of viewer and post."""
