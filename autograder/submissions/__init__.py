"""What somebody handed in: read as data, and put into the release's frame."""
