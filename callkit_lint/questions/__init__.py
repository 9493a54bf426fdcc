"""What the rules of one family share, each question answered once."""
