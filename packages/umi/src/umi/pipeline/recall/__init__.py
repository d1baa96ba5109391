"""question → ask → retrieve → rank → hits, and hits → pack. Each stage is one module here, named after it."""
