"""Train and sample on a machine without Snakemake, and transfer the files.

pack     locally: training frames and config of a run, as one parcel
work     remotely: train a model, sample from it and pack the frames, in pieces of limited time
unpack   locally: turn the result into files of the run, which the workflow accepts as its own

``work`` needs PyTorch, safetensors, pydantic, PyYAML and tqdm, but neither netCDF4, xarray and
Snakemake nor the compiled kernels. docs/results/paper-scale.md lists all commands in order.
"""
