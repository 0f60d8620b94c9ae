"""The presses over one source: web, slides, paper, zip. They stand above everything else."""
