"""Engines: where the environments of a run are started. This machine, a Dask cluster, or a command line for each."""
