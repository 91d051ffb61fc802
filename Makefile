# The commands of the house. `make help` lists them; each does all the set-up it needs.
SHELL := /bin/bash
JOBS ?= $(shell nproc)
export SPK_DEPS ?= $(shell tools/deps --prefix 2>/dev/null)
.DEFAULT_GOAL := help
.PHONY: help setup build demo test check asan tsan clang fuzz bench clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install the Debian packages and build the pinned third-party sources (once)
	@tools/setup
	@tools/deps

build: setup ## the program: build/spike
	@tools/build default

demo: build ## 40 days of two platforms on this machine: faults, gate, raw zone, dbt
	@tools/demo

test: setup ## everything: C tests under ASan+UBSan, oracles, flow, faults
	@tools/test

check: setup ## format, layers, banned calls, prefixes, sizes, clang-tidy
	@tools/check

asan: setup ## the C tests under AddressSanitizer and UBSan
	@tools/build asan && ctest --test-dir build-asan -j$(JOBS) --output-on-failure

tsan: setup ## the C tests under ThreadSanitizer
	@tools/build tsan && ctest --test-dir build-tsan -j$(JOBS) --output-on-failure

clang: setup ## the second compiler, all warnings as errors
	@tools/build clang

fuzz: setup ## every fuzzer for FUZZ_SECONDS (30) each, from its committed corpus
	@tools/fuzz

bench: build ## speed side by side with airbyte-cdk and dlt, as ratios
	@bench/run

clean: ## remove all build folders (not the cache of third-party packages)
	@rm -rf build build-*
