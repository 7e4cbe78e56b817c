"""Programs that use Postern, to read and to run."""
