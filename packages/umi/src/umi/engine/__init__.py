"""The Memory that users hold: it runs the flows of `pipeline` over a World."""
