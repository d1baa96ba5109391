"""What sleep decides: which episodes belong together, what their theme is, and what was taken back."""
