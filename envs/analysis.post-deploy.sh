#!/usr/bin/env bash
# In place: the code that runs is the one that the rules see, and stale kernels are refused.
set -euo pipefail
pip install --no-deps --no-build-isolation --editable .
