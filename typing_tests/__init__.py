"""What type checkers see of Umi from outside. Nothing of it runs."""
