# make install, make look, make run, make test; the others install first if necessary.

SHELL := /bin/bash
PYTHON ?= python3
CORES ?= all
VENV := .venv
STAMP := $(VENV)/installed
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# One thread per job, as Snakemake runs a job on every core.
export OMP_NUM_THREADS := 1
SNAKEMAKE := snakemake --workflow-profile workflow/profiles/local --cores $(CORES)

.PHONY: install look run unlock check test smoke test-long test-rest test-cluster test-report test-sanitized test-clang schema readme docs estimate dag paper-figures clean

install: $(STAMP)

# Relative paths, as pip would split an absolute path at blanks; make runs in the project's folder.
$(STAMP): export PIP_CONSTRAINT := constraints.txt
$(STAMP): export PIP_BUILD_CONSTRAINT := constraints.txt
$(STAMP): pyproject.toml setup.py constraints.txt $(wildcard src/ising_fidelity/montecarlo/kernels/*.pyx src/ising_fidelity/montecarlo/kernels/*.h)
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || \
		{ echo "Python 3.11 to 3.14 is needed: make PYTHON=python3.12 install" >&2; exit 1; }
	test -x $(VENV)/bin/python || "$(PYTHON)" -m venv $(VENV)
	$(VENV)/bin/python -m pip install --editable '.[models,workflow,slurm,test]'
	touch $@

# A first look in about two minutes: look/index.html. The shipped model, sampled and judged.
look: $(STAMP)
	ising-fidelity look

run: $(STAMP)
	$(SNAKEMAKE)

# After a SIGKILL the folder stays locked. Do not use it while another Snakemake runs in it.
unlock: $(STAMP)
	$(SNAKEMAKE) --unlock

# Format, lint, types, spelling.
check: $(STAMP)
	ruff format --check .
	ruff check .
	mypy
	cython-lint src/ising_fidelity/montecarlo/kernels
	codespell
	snakefmt --check Snakefile workflow
	snakemake --lint

# The tests that are not marked long, and a small run.
test: check
	pytest --numprocesses auto --dist loadscope --durations 25
	$(MAKE) smoke

smoke: $(STAMP)
	$(SNAKEMAKE) --configfile workflow/presets/smoke.yaml --forceall

# All other tests. They need Linux with namespaces, gcc and Debian's Chromium, and for SLURM, root and
# Debian's archive, unless slurm-wlm and munge are installed. What is missing is an error. Tests that run
# workflows, especially on the cluster, often wait; running them in parallel fills the cores.
test-long: $(STAMP)
	$(MAKE) --jobs 2 test-rest test-cluster
	$(MAKE) test-report test-sanitized

test-rest: $(STAMP)
	pytest --numprocesses auto --dist loadscope --durations 25 -m long

# A run through SLURM, with the preset tiny to save time, or: make test-cluster PRESET=smoke
test-cluster: $(STAMP)
	pytest tests/cluster

# The report and the page of the smoke run in Chromium.
test-report: $(STAMP)
	$(SNAKEMAKE) --configfile workflow/presets/smoke.yaml
	pytest tests/report

# The kernels' tests on special builds in build/, on Linux. A missing compiler is an error. The first
# build aborts on access outside an array and on undefined behavior, with a report that pytest must not
# capture. -fno-wrapv is needed, as Python's own flags make signed overflow defined.
SANITIZER := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-wrapv -g
SETUP = rm -rf build/$@ && $(1) python setup.py --quiet build --build-lib build/$@ --build-temp build/$@/objects
test-sanitized: $(STAMP)
	$(call SETUP,CC=gcc CFLAGS="$(SANITIZER)" LDFLAGS="$(SANITIZER)")
	PYTHONPATH=$(CURDIR)/build/$@ LD_PRELOAD=$$(gcc -print-file-name=libasan.so) \
		ASAN_OPTIONS=detect_leaks=0 pytest --capture=sys tests/sanitized tests/montecarlo/kernels

test-clang: $(STAMP)
	$(call SETUP,CC=clang)
	grep --quiet "clang version" build/$@/ising_fidelity/montecarlo/kernels/multispin.*.so
	PYTHONPATH=$(CURDIR)/build/$@ pytest tests/montecarlo/kernels

schema: $(STAMP)
	python workflow/scripts/write_schema.py

readme: $(STAMP)
	python -m docs.generate

# The site, in build/docs, without network access. Warnings, broken links included, are errors.
docs: $(STAMP)
	sphinx-build --fail-on-warning --keep-going --quiet --builder html docs build/docs
	@echo "build/docs/index.html"

# Estimated time and disk space of a run: make estimate, make estimate PRESET=paper, or PRESET=look
estimate: $(STAMP)
	python workflow/scripts/estimate.py $(patsubst workflow/presets/look.yaml,--look,$(PRESET:%=workflow/presets/%.yaml))

# The graph of rules: make dag, make dag PRESET=full
dag: $(STAMP)
	python workflow/scripts/draw_rules.py $(if $(PRESET),workflow/presets/$(PRESET).yaml)

# The figures of the run at the paper's scale, from its shipped files, without a GPU.
paper-figures: $(STAMP)
	@python workflow/scripts/ship.py figures

# Removes what was installed and built, but not results.
clean:
	rm -rf $(VENV) build src/*.egg-info src/ising_fidelity/montecarlo/kernels/*.{c,so}
