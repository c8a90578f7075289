# SPDX-License-Identifier: Apache-2.0
"""One incident from its number: log, bundle and truth file.

Everything is drawn from a generator seeded by (seed, number), so incidents can
be made in any order and by several processes with the same result.
"""
import os
import random
import shutil

from . import banner, layout, listing, noise, pack, plan, sink, truth, versions
from .model import World

ENCODINGS = tuple(sink.CODECS)
SUBJECTS = ("hang", "logon-hang", "slow-farm", "print-stop", "session-stuck", "out-of-memory")


def pick(value, choices, rng):
    return rng.choice(choices) if value == "mixed" else value


def _world(options, number, rng, shape):
    _, variant = versions.choose(options.windows, number, rng)
    old_debugger = "6.3.9600.17237 AMD64" if shape == "vm" and variant.new_layout else None
    complete = rng.random() < 0.5
    world = World(variant, banner.Banner(variant, rng, number, complete, old_debugger), rng, options)
    world.layout = shape
    world.zombie_count = rng.randint(*options.zombies)
    world.number = number
    plan.fill(world)
    return world


def _print(world, shape, rng, out, options):
    dirty = noise.Noise(rng) if options.noise else None
    text = layout.Layout(world, rng, wrap=options.noise)
    result = listing.Listing(world, text, rng, out.write, dirty)
    result.layout_name = shape
    out.write(world.banner.text())
    if shape == "vm":
        result.vm()
    else:
        result.full(rng.random() < 0.5)
    result.close()
    return result


def make(options, number):
    """Writes incident `number`; returns its row for the manifest."""
    rng = random.Random("%d/%d" % (options.seed, number))
    kind = pick(options.pack, pack.KINDS, rng)
    encoding = pick(options.encoding, ENCODINGS, rng)
    eol = pick(options.eol, ("lf", "crlf"), rng)
    shape = pick(options.layout, ("full", "full", "vm"), rng)
    world = _world(options, number, rng, shape)
    stem = "%04d-%s" % (number, rng.choice(SUBJECTS))
    work = os.path.join(options.out, ".work-%04d" % number)
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    log_name = stem + ".log"
    out = sink.Sink(os.path.join(work, log_name), encoding, eol)
    shown = _print(world, shape, rng, out, options)
    raw = out.close()
    bundle = os.path.join("bundles", "%s.%s" % (stem, kind))
    target = os.path.join(options.out, bundle)
    if os.path.exists(target):
        os.remove(target)
    member = pack.pack(kind, work, log_name, target)
    shutil.rmtree(work)
    top = {"file": log_name, "bundle": bundle, "member": member, "raw_bytes": raw,
           "tests": "generated: seed %d, incident %d, %s, layout %s%s" % (
               options.seed, number, world.variant.os_name, shape, ", noise" if options.noise else ""),
           "encoding": "utf-8" if encoding == "utf-8-bom" else encoding, "eol": eol.upper(),
           "bom": bool(sink.CODECS[encoding][1])}
    totals = truth.Truth(world, shown).write(os.path.join(options.out, "truth", "%04d.truth.json" % number), top)
    return dict(totals, bundle=bundle, member=member, raw_bytes=raw, packed_bytes=os.path.getsize(target))
