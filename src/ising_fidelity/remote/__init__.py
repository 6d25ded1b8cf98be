"""Training and sampling on a machine without Snakemake, and their files from there to here.

pack     here: training frames and the config of a run, as one parcel
work     there: train a model, sample it and pack the frames, in pieces of so many seconds
unpack   here: what came back becomes files of the run, which the workflow takes for its own

``work`` needs PyTorch, safetensors, pydantic, PyYAML and tqdm; no netCDF4, xarray or Snakemake, nor
the compiled kernels. docs/results/paper-scale.md has all commands in their order.
"""
