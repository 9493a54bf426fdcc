"""Which files are one program: read from what Xcode, package managers and plugins write."""
