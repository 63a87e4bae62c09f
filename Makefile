# From a fresh Debian machine: `make demo` or `make test`. Every target is safe to repeat.
JOBS ?= $(shell nproc)
PATIENTS ?= 400
BUILD := build/release

.PHONY: help deps configure build test demo benchmark clean
help:
	@echo "make deps       install missing packages and find or install LibTorch"
	@echo "make build      build $(BUILD)/radiopath"
	@echo "make test       build and run every test"
	@echo "make demo       synthesise a cohort and run the whole study on it"
	@echo "make benchmark  time ours against its peers: tests/benchmarks/RESULTS.md"
	@echo "make clean      remove build/ and demo/"

deps:
	@scripts/setup.sh

configure: deps
	@cmake --preset release >build/configure.log

build: configure
	@cmake --build --preset release -j $(JOBS) --target radiopath

test: configure
	@cmake --build --preset release -j $(JOBS)
	@ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS)

demo: build
	@$(BUILD)/radiopath synthesize --patients $(PATIENTS) --seed 1 --output demo/cohort
	@$(BUILD)/radiopath run configs/demo.toml

benchmark: deps
	@tests/benchmarks/run.sh

clean:
	rm -rf build demo
