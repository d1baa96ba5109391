"""What every request goes through, whichever door it comes to."""
