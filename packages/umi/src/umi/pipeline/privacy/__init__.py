"""What a text tells that is private or secret: found by form and checksum, in linear time, and replaced if wanted."""
