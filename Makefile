# SPDX-License-Identifier: Apache-2.0
#
# Builds the program, its tests, fuzz targets and benches. A new source file needs no edit here:
# everything under the folders of LIB_DIRS except pipeline/main.c goes into libpipeline.a, and the
# program, every tests/unit/test_*.c, tests/fuzz/fuzz_*.c and bench/bench_*.c link against that.
#
# Each FLAVOUR (release, asan, tsan, fuzz) has a folder of its own. `make help` lists the targets.

RELEASE := 0.1.0

FLAVOUR ?= release
# WERROR=1 turns warnings into errors (as the tests do), V=1 shows the whole commands.
WERROR ?=
V ?=
# SHARED=1 links the shared libraries also where there are static ones; a distribution wants that.
SHARED ?=

# What --version prints. The program made in a checkout of git tells its commit as well; a package says its own (make VERSION=0.1.0-1).
ifneq ($(origin VERSION),command line)
VERSION := $(RELEASE)
ifeq ($(FLAVOUR),release)
VERSION := $(VERSION)$(addprefix +g,$(shell test -e .git && git describe --always --dirty --abbrev=10 --exclude='*' 2>/dev/null))
endif
endif

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
DOCDIR ?= $(DATADIR)/doc/pipeline
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin AR),default)
AR := ar
endif
PKG_CONFIG ?= pkg-config
CLANG ?= clang
CLANG_FORMAT ?= clang-format

# --- flavours -------------------------------------------------------------------------------------

# Frames stay walkable in every sanitized flavour; a report without a stack is of no use.
SANE := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all

ifeq ($(FLAVOUR),release)
B := build
# Sources are named from the top, wherever that is: the same sources make the same program.
FLAVOUR_CFLAGS := -O2 -g -fopenmp -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 \
	-fstack-protector-strong -fPIE -ffile-prefix-map=$(CURDIR)=.
FLAVOUR_LDFLAGS := -fopenmp -pie -Wl,-z,relro,-z,now -Wl,--as-needed
else ifeq ($(FLAVOUR),asan)
B := build/asan
FLAVOUR_CFLAGS := $(SANE) -fopenmp -fsanitize=address,undefined
FLAVOUR_LDFLAGS := -fopenmp -fsanitize=address,undefined
else ifeq ($(FLAVOUR),tsan)
# No OpenMP here: ThreadSanitizer cannot see the synchronisation inside its runtime.
B := build/tsan
FLAVOUR_CFLAGS := $(SANE) -fsanitize=thread
FLAVOUR_LDFLAGS := -fsanitize=thread
else ifeq ($(FLAVOUR),fuzz)
# No OpenMP either: clang would want a runtime of its own, and a fuzz target is one thread.
B := build/fuzz
override CC := $(CLANG)
FLAVOUR_CFLAGS := $(SANE) -fsanitize=fuzzer-no-link,address,undefined
FLAVOUR_LDFLAGS := -fsanitize=address,undefined
else
$(error FLAVOUR is release, asan, tsan or fuzz, not '$(FLAVOUR)')
endif

# --- flags ----------------------------------------------------------------------------------------

# pkg-config where it knows the library; else the plain name, which is where Debian has it.
pkg = $(shell $(PKG_CONFIG) $(1) $(2) 2>/dev/null || echo $(3))
PKG_CFLAGS := $(sort $(foreach l,libarchive lmdb libzstd liblzma libxxhash libseccomp,$(call pkg,--cflags,$(l),)))
PKG_LIBS := $(call pkg,--libs,lmdb,-llmdb) $(call pkg,--libs,libzstd,-lzstd) \
	$(call pkg,--libs,liblzma,-llzma) $(call pkg,--libs,libxxhash,-lxxhash) \
	$(call pkg,--libs,libseccomp,-lseccomp)
# Each shared library costs a process some 50 microseconds, of the 1000 that a short query takes. So the released program
# takes from the static ones what it needs, where the compiler finds them; --as-needed then drops the shared ones.
ifeq ($(FLAVOUR)$(filter-out 0,$(SHARED)),release)
PKG_LIBS := $(filter /%,$(foreach l,lmdb zstd lzma xxhash seccomp gomp,$(shell \
	$(CC) -print-file-name=lib$l.a 2>/dev/null))) $(PKG_LIBS)
endif
# Of libarchive and ISA-L the program takes only the headers and loads them when it reads bundles (stages/unpack_library.h,
# stages/inflate.h), and of nettle likewise when there is a key (pipeline/export/redact_key.h): whoever makes a package of it has to
# name the ones with libarchive.so.13, libisal.so.2 and libnettle.so.8 (Debian: libarchive13, libisal2, libnettle8), as no tool finds
# them among what is linked. The unit tests make archives with libarchive and do link it.
UNIT_LIBS := $(call pkg,--libs,libarchive,-larchive) -lcmocka

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wno-missing-field-initializers \
	-Werror=implicit $(if $(filter-out 0,$(WERROR)),-Werror)

COMPILE = $(CC) -std=gnu11 -D_GNU_SOURCE -I. $(WARNINGS) \
	-pthread $(FLAVOUR_CFLAGS) $(PKG_CFLAGS) $(OBJECT_FLAGS) $(CPPFLAGS) $(CFLAGS)
LINK = $(CC) -pthread $(FLAVOUR_CFLAGS) $(CFLAGS) $(FLAVOUR_LDFLAGS) $(LDFLAGS)
LIBS = $(PKG_LIBS) -lm $(LDLIBS)

# --- sources --------------------------------------------------------------------------------------

LIB_DIRS := pipeline pipeline/base pipeline/export pipeline/report stages index
MAIN_SRC := pipeline/main.c
LIB_SRCS := $(filter-out $(MAIN_SRC),$(sort $(wildcard $(LIB_DIRS:%=%/*.c))))

# Files beside the test programs (helpers) are linked into each of them.
UNIT_SRCS := $(sort $(wildcard tests/unit/test_*.c))
UNIT_HELP_SRCS := $(filter-out $(UNIT_SRCS),$(sort $(wildcard tests/unit/*.c)))
FUZZ_SRCS := $(sort $(wildcard tests/fuzz/fuzz_*.c))
REPLAY_SRC := tests/fuzz/replay.c
FUZZ_HELP_SRCS := $(filter-out $(FUZZ_SRCS) $(REPLAY_SRC),$(sort $(wildcard tests/fuzz/*.c)))
BENCH_SRCS := $(sort $(wildcard bench/bench_*.c))
BENCH_HELP_SRCS := $(filter-out $(BENCH_SRCS),$(sort $(wildcard bench/*.c)))

C_FILES := $(sort $(wildcard $(foreach d,$(LIB_DIRS) tests/unit tests/fuzz tests/fault bench,$d/*.c $d/*.h)))
# clang-format reads a .def table no better than people read what it makes of one: left alone.
SHELL_FILES = $(shell grep -lE '^\#!.*[/ ](ba)?sh( |$$)' .ci/run scripts/* scripts/lib/* tests/* \
	tests/cli/* bench/* 2>/dev/null) $(wildcard scripts/lib/*.sh)

objects = $(patsubst %.c,$(B)/obj/%.o,$(1))
# The JSON Schemas, as a C file.
SCHEMA_FILES := $(sort $(wildcard pipeline/schemas/*.json pipeline/schemas/defs/*.json))
SCHEMA_SRC := $(B)/gen/schemas.c
SCHEMA_OBJ := $(B)/obj/gen/schemas.o
# The style sheet and the script of report, too.
ASSET_FILES := pipeline/report/report.css pipeline/report/report.js
ASSET_SRC := $(B)/gen/assets.c
ASSET_OBJ := $(B)/obj/gen/assets.o
MAIN_OBJ := $(call objects,$(MAIN_SRC))
# What writes pages and tables stands last, so that the code of short queries lies as close together as without it.
PAGE_SRCS := $(filter pipeline/export/% pipeline/report/%,$(LIB_SRCS))
LIB_OBJS := $(call objects,$(filter-out $(PAGE_SRCS),$(LIB_SRCS)) $(PAGE_SRCS)) $(ASSET_OBJ) $(SCHEMA_OBJ)
UNIT_HELP_OBJS := $(call objects,$(UNIT_HELP_SRCS))
FUZZ_HELP_OBJS := $(call objects,$(FUZZ_HELP_SRCS))
BENCH_HELP_OBJS := $(call objects,$(BENCH_HELP_SRCS))
REPLAY_OBJ := $(call objects,$(REPLAY_SRC))
ALL_OBJS := $(MAIN_OBJ) $(LIB_OBJS) $(REPLAY_OBJ) $(UNIT_HELP_OBJS) $(FUZZ_HELP_OBJS) \
	$(BENCH_HELP_OBJS) $(call objects,$(UNIT_SRCS) $(FUZZ_SRCS) $(BENCH_SRCS))

PROGRAM := $(B)/pipeline
LIBRARY := $(B)/libpipeline.a
UNITS := $(UNIT_SRCS:%.c=$(B)/%)
REPLAYS := $(FUZZ_SRCS:tests/fuzz/fuzz_%.c=$(B)/tests/fuzz/replay_%)
FUZZERS := $(FUZZ_SRCS:%.c=$(B)/%)
BENCHES := $(BENCH_SRCS:%.c=$(B)/%)

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $@;)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: FORCE

# --- program --------------------------------------------------------------------------------------

.PHONY: all lib asan tsan
all: $(PROGRAM) ## build build/pipeline (the default)

lib: $(LIBRARY) ## build libpipeline.a only

asan: ## build build/asan/pipeline with address and undefined-behaviour checks
	$(Q)$(MAKE) --no-print-directory FLAVOUR=asan all

tsan: ## build build/tsan/pipeline with the thread checker
	$(Q)$(MAKE) --no-print-directory FLAVOUR=tsan all

$(PROGRAM): $(MAIN_OBJ) $(LIBRARY) $(B)/link.stamp
	$(call say,LINK)$(LINK) -o $@ $(MAIN_OBJ) $(LIBRARY) $(LIBS)

# Made afresh each time: `ar r` would keep the object of a source file that is gone.
$(LIBRARY): $(LIB_OBJS) $(B)/objects.stamp
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $(LIB_OBJS)

$(B)/obj/%.o: %.c $(B)/compile.stamp
	$(call say,CC)mkdir -p $(@D) && $(COMPILE) -MMD -MP -c -o $@ $<

# The only ones that know the version, and are made anew when it changes.
VERSION_SRCS := $(shell grep -l PIPELINE_VERSION $(MAIN_SRC) $(LIB_SRCS))
$(call objects,$(VERSION_SRCS)): private OBJECT_FLAGS := -DPIPELINE_VERSION='"$(VERSION)"'
$(call objects,$(VERSION_SRCS)): $(B)/version.stamp

$(SCHEMA_SRC): $(SCHEMA_FILES) scripts/embed-schemas $(B)/schemas.stamp
	$(call say,GEN)mkdir -p $(@D) && scripts/embed-schemas pipeline/schemas > $@

$(SCHEMA_OBJ): $(SCHEMA_SRC) $(B)/compile.stamp
	$(call say,CC)mkdir -p $(@D) && $(COMPILE) -MMD -MP -c -o $@ $<

$(ASSET_SRC): $(ASSET_FILES) scripts/embed-assets
	$(call say,GEN)mkdir -p $(@D) && scripts/embed-assets pipeline/report > $@

$(ASSET_OBJ): $(ASSET_SRC) $(B)/compile.stamp
	$(call say,CC)mkdir -p $(@D) && $(COMPILE) -MMD -MP -c -o $@ $<

# The entry point of a fuzz target is called by a library: nobody declares it.
$(B)/obj/tests/fuzz/%.o: tests/fuzz/%.c $(B)/compile.stamp
	$(call say,CC)mkdir -p $(@D) && $(COMPILE) -Wno-missing-prototypes -MMD -MP -c -o $@ $<

# A stamp is touched only when what it records has changed, and takes with it what depends on it.
COMPILER_ID := $(shell $(CC) --version 2>/dev/null | head -n 1)
$(B)/compile.stamp: RECORD = $(COMPILER_ID): $(COMPILE)
$(B)/link.stamp: RECORD = $(COMPILER_ID): $(LINK) $(LIBS) $(UNIT_LIBS)
$(B)/objects.stamp: RECORD = $(LIB_OBJS)
$(B)/version.stamp: RECORD = $(VERSION)
$(B)/schemas.stamp: RECORD = $(SCHEMA_FILES)
$(B)/%.stamp: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(RECORD))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(RECORD))' > $@

-include $(ALL_OBJS:.o=.d)

# --- tests ----------------------------------------------------------------------------------------

.PHONY: unit replay check
unit: $(UNITS) ## build the unit tests of this FLAVOUR (make unit FLAVOUR=asan)

$(UNITS): $(B)/%: $(B)/obj/%.o $(UNIT_HELP_OBJS) $(LIBRARY) $(B)/link.stamp
	$(call say,LINK)mkdir -p $(@D) && \
		$(LINK) -o $@ $< $(UNIT_HELP_OBJS) $(LIBRARY) $(UNIT_LIBS) $(LIBS)

replay: $(REPLAYS) ## build the fuzz targets with a plain driver that replays files

$(REPLAYS): $(B)/tests/fuzz/replay_%: $(B)/obj/tests/fuzz/fuzz_%.o $(REPLAY_OBJ) \
		$(FUZZ_HELP_OBJS) $(LIBRARY) $(B)/link.stamp
	$(call say,LINK)mkdir -p $(@D) && \
		$(LINK) -o $@ $< $(REPLAY_OBJ) $(FUZZ_HELP_OBJS) $(LIBRARY) $(LIBS)

# Loaded in front of the C library (LD_PRELOAD) by the tests that make its calls fail.
FAULTS := $(B)/tests/fault.so
.PHONY: faults check-faults
faults: $(FAULTS)

$(FAULTS): tests/fault/fault.c tests/fault/calls.def $(B)/compile.stamp
	$(call say,LINK)mkdir -p $(@D) && $(CC) -std=gnu11 -D_GNU_SOURCE -I. $(WARNINGS) -O1 -g -fPIC \
		-shared -o $@ $< -ldl

check-faults: $(PROGRAM) $(FAULTS) ## let every call of the keeper fail once, kill it 2000 times, fill its disk (half an hour)
	$(Q)tests/check-faults --all
	$(Q)tests/check-kills --kills 2000
	$(Q)tests/check-disk
	$(Q)tests/check-export --all

.PHONY: check-growth
check-growth: $(PROGRAM) ## read every log that was written to make an analysis endless, large ones (two minutes)
	$(Q)tests/check-growth --all

check: ## run every test (scripts/test.sh without its package installation)
	+$(Q)scripts/test.sh --no-setup $(CHECK_ARGS)

# --- fuzz -----------------------------------------------------------------------------------------

# libarchive asks for zeros for as many folders as a 7z says that it has, and touches few; a reader's limits refuse it.
.PHONY: fuzz fuzzers
fuzz: ## build the libFuzzer targets (needs clang); FUZZ_SECONDS=60 also runs each, FUZZ=name one
	$(Q)$(MAKE) --no-print-directory FLAVOUR=fuzz fuzzers
ifneq ($(FUZZ_SECONDS),)
	$(Q)set -e; for name in $(or $(FUZZ),$(FUZZ_SRCS:tests/fuzz/fuzz_%.c=%)); do \
		found=build/fuzz/corpus/$$name; seeds=tests/fuzz/corpus/$$name; \
		dict=tests/fuzz/$$name.dict; \
		mkdir -p "$$found" build/fuzz/artifacts; \
		[ -d "$$seeds" ] || seeds=; \
		[ -f "$$dict" ] && dict="-dict=$$dict" || dict=; \
		echo "  FUZZ    $$name ($(FUZZ_SECONDS) s)"; \
		build/fuzz/tests/fuzz/fuzz_$$name -max_total_time=$(FUZZ_SECONDS) $$dict \
			-artifact_prefix=build/fuzz/artifacts/$$name- -print_final_stats=1 \
			-rss_limit_mb=2560 -malloc_limit_mb=8192 -timeout=20 $(FUZZ_ARGS) $$found $$seeds; \
	done
endif

fuzzers: $(FUZZERS)

.PHONY: seeds
seeds: $(B)/tests/unit/test_seeds ## make the fuzz seeds in the bytes of an index anew, of the samples of the tests
	$(Q)rm -f $(foreach k,frame records chains census,tests/fuzz/corpus/incident_decode/$k-[0-9]*)
	$(Q)$< make

ifeq ($(FLAVOUR),fuzz)
$(FUZZERS): $(B)/%: $(B)/obj/%.o $(FUZZ_HELP_OBJS) $(LIBRARY) $(B)/link.stamp
	$(call say,LINK)mkdir -p $(@D) && \
		$(LINK) -fsanitize=fuzzer -o $@ $< $(FUZZ_HELP_OBJS) $(LIBRARY) $(LIBS)
endif

# --- bench ----------------------------------------------------------------------------------------

.PHONY: bench bench-e2e benches
benches: $(BENCHES)

$(BENCHES): $(B)/%: $(B)/obj/%.o $(BENCH_HELP_OBJS) $(LIBRARY) $(B)/link.stamp
	$(call say,LINK)mkdir -p $(@D) && \
		$(LINK) -o $@ $< $(BENCH_HELP_OBJS) $(LIBRARY) $(LIBS)

# What the program is measured against is to load the library it calls and no other.
$(B)/bench/bench_floor: private LDFLAGS += -Wl,--as-needed

bench: $(PROGRAM) $(BENCHES) ## build and run bench/*.sh with what they need; BENCH=name runs one
	$(Q)set -e; for bench in $(sort $(wildcard bench/*.sh)); do \
		name=$${bench##*/}; name=$${name%.sh}; \
		case " $(or $(BENCH),$$name) " in *" $$name "*) ;; *) continue ;; esac; \
		echo "# $$name"; PIPELINE="$(abspath $(PROGRAM))" \
			BENCHES="$(abspath $(B)/bench)" $$bench; \
	done

SEED ?= 1
ROUNDS ?= 5
bench-e2e: $(PROGRAM) ## ingest beside zstd, rg, xz, 7z, find and Python: SEED=7 ROUNDS=5, ONLY='usual one', QUICK=1
	$(Q)PIPELINE="$(abspath $(PROGRAM))" bench/e2e --seed $(SEED) --rounds $(ROUNDS) \
		$(if $(filter-out 0,$(QUICK)),--quick) $(foreach table,$(ONLY),--only $(table))

# --- how the code reads ---------------------------------------------------------------------------

# Each check is a target of its own, so that scripts/test.sh can count and name them.
LINTS := lint-includes lint-sources lint-shell lint-format lint-man
.PHONY: lint fmt cppcheck print-lints $(LINTS)
lint: $(LINTS) ## check include direction, sources, shell scripts, format and manual pages

print-lints:
	@printf '%s\n' $(LINTS)

lint-includes:
	$(Q)scripts/check-includes.sh

lint-sources:
	$(Q)scripts/check-sources.sh

lint-shell:
	$(Q)shellcheck -x $(sort $(SHELL_FILES))

lint-format:
	$(Q)$(if $(C_FILES),$(CLANG_FORMAT) --dry-run -Werror $(C_FILES))

lint-man:
	$(Q)scripts/spread-man --check
	$(Q)scripts/schemas-to-man --check
	$(Q)scripts/tables-to-man --check
	$(Q)set -e; for page in $(wildcard pipeline/man/*.[1-8]); do \
		mandoc -Tlint -Wwarning "$$page"; \
	done

# Not a part of lint: what it finds depends much on its version.
cppcheck: ## look for bugs with cppcheck, where it is installed
	$(Q)cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr \
		--error-exitcode=1 --suppress=missingIncludeSystem -D__GNUC__=12 -D__x86_64__ -I. \
		$(LIB_SRCS) $(wildcard $(MAIN_SRC))

fmt: ## format the C files in place
	$(Q)$(if $(C_FILES),$(CLANG_FORMAT) -i $(C_FILES))

# --- install --------------------------------------------------------------------------------------

# Each as FILE>PLACE: install puts them there, uninstall takes them away.
man_place = $(MANDIR)/man$(subst .,,$(suffix $(1)))/$(notdir $(1))
INSTALLED_DATA := $(foreach page,$(sort $(wildcard pipeline/man/*.[1-8])),$(page)>$(call man_place,$(page))) \
	$(foreach file,LICENSE README.md index/FORMAT.md,$(file)>$(DOCDIR)/$(notdir $(file)))
# The program itself prints what shells complete by.
BASHDIR ?= $(DATADIR)/bash-completion/completions
ZSHDIR ?= $(DATADIR)/zsh/site-functions
FISHDIR ?= $(DATADIR)/fish/vendor_completions.d
COMPLETIONS := $(foreach shell,bash zsh fish,$(B)/completion/$(shell))
INSTALLED_DATA += $(B)/completion/bash>$(BASHDIR)/pipeline $(B)/completion/zsh>$(ZSHDIR)/_pipeline \
	$(B)/completion/fish>$(FISHDIR)/pipeline.fish
# The units run when somebody enables the timer. A line in etc/cron.d would run unasked, so it is an example.
INSTALLED_DATA += $(foreach unit,$(wildcard scripts/systemd/*),$(unit)>$(UNITDIR)/$(notdir $(unit))) \
	scripts/sysusers/pipeline.conf>$(SYSUSERSDIR)/pipeline.conf scripts/cron/pipeline.cron.d>$(DOCDIR)/examples/pipeline.cron.d
INSTALLED_PROGRAMS := $(PROGRAM)>$(BINDIR)/pipeline
OWN_FOLDERS := $(DOCDIR)/examples $(DOCDIR)

# from FILE>PLACE, to FILE>PLACE
from = $(firstword $(subst >, ,$(1)))
to = '$(DESTDIR)$(lastword $(subst >, ,$(1)))'

.PHONY: install uninstall
$(COMPLETIONS): $(B)/completion/%: $(PROGRAM)
	$(call say,GEN)mkdir -p $(@D) && $(PROGRAM) completion $* > $@

install: all $(COMPLETIONS) ## install below DESTDIR and PREFIX (default /usr/local)
	$(Q)set -e; \
	$(foreach each,$(INSTALLED_PROGRAMS),install -D -m 0755 $(call from,$(each)) $(call to,$(each));) \
	$(foreach each,$(INSTALLED_DATA),install -D -m 0644 $(call from,$(each)) $(call to,$(each));)

uninstall: ## remove what install put there
	$(Q)rm -f $(foreach each,$(INSTALLED_PROGRAMS) $(INSTALLED_DATA),$(call to,$(each)))
	$(Q)rmdir $(foreach folder,$(OWN_FOLDERS),'$(DESTDIR)$(folder)') 2>/dev/null || :

# --- package --------------------------------------------------------------------------------------

# The share of the tests that a package build runs: it reads and answers, and the manual is that of the program.
PACKAGE_TESTS := tests/cli/usage.bats tests/cli/ingest.bats tests/cli/queries.bats tests/cli/show.bats \
	tests/cli/schema.bats tests/check-install tests/check-manual
.PHONY: check-package dist deb package-proof service-proof
check-package: $(PROGRAM)
	$(Q)set -e; for test in $(PACKAGE_TESTS); do echo "$$test"; \
		case $$test in *.bats) PIPELINE='$(abspath $(PROGRAM))' bats "$$test" ;; *) "$$test" ;; esac; done

package-proof: ## build the package in a chroot, install and remove it in another (root, mmdebstrap, 6 minutes)
	$(Q)scripts/package-proof.sh

service-proof: ## boot a container and run the systemd service in it (root, systemd-nspawn, a minute)
	$(Q)scripts/service-proof.sh

dist: ## make build/pipeline-RELEASE.tar.gz of the sources, the same of the same files
	$(Q)mkdir -p build && scripts/list-sources | tar --create --null --files-from=- --sort=name --owner=0 --group=0 \
		--numeric-owner --mode=go=rX,u+rw --mtime=@$(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null),0) \
		--transform='flags=r;s,^,pipeline-$(RELEASE)/,' | gzip -9n > build/pipeline-$(RELEASE).tar.gz

# The top of the tree has no debian/: it is put there in a copy.
deb: dist ## make build/deb/*.deb with debhelper; DEB_BUILD_OPTIONS=nocheck without its tests
	$(Q)rm -rf build/deb && mkdir -p build/deb && tar -xzf build/pipeline-$(RELEASE).tar.gz -C build/deb && \
		cp -R scripts/debian build/deb/pipeline-$(RELEASE)/debian && \
		cd build/deb/pipeline-$(RELEASE) && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL dpkg-buildpackage -us -uc -b

.PHONY: clean help
clean: ## remove the build folder of every flavour
	rm -rf build

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
