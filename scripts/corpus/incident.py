# SPDX-License-Identifier: Apache-2.0
"""One incident from its number: log, bundle and truth file.

Everything is drawn from a generator seeded by (seed, number), so incidents can
be made in any order and by several processes with the same result.  What
--dumps and --damage ask for is drawn from another one, so that the rest of a
log stays as it is without them.
"""
import os
import random
import shutil

from . import banner, damage, layout, listing, noise, pack, plan, record, sink, truth, versions
from .model import World

ENCODINGS = tuple(sink.CODECS)
DUMPS = ("one", "two", "split")         # dumps a log: one, two, or one over two logs of an archive
DAMAGES = ("none", "web", "cut")
SUBJECTS = ("hang", "logon-hang", "slow-farm", "print-stop", "session-stuck", "out-of-memory")


def pick(value, choices, rng):
    return rng.choice(choices) if value == "mixed" else value


def _world(options, number, rng, shape, like=None):
    _, variant = (None, like.variant) if like else versions.choose(options.windows, number, rng)
    old_debugger = "6.3.9600.17237 AMD64" if shape == "vm" and variant.new_layout else None
    complete = rng.random() < 0.5
    title = banner.Banner(variant, rng, number, complete, old_debugger)
    title.settle(options, random.Random("%d/%d/%s" % (options.seed, number, "settle again" if like else "settle")))
    world = World(variant, title, rng, options)
    if like:
        world.share_addresses(like)
    world.layout = shape
    world.zombie_count = rng.randint(*options.zombies)
    world.number = number
    plan.fill(world)
    return world


def _print(world, shape, rng, write, options, mark=None, end=None):
    """Prints a dump; `end` writes the last block of the log in place of the closing lines."""
    dirty = noise.Noise(rng) if options.noise else None
    text = layout.Layout(world, rng, wrap=options.noise)
    result = listing.Listing(world, text, rng, write, dirty, mark)
    result.layout_name = shape
    write(world.banner.text())
    if shape == "vm":
        result.vm()
    else:
        result.full(rng.random() < 0.5)
    if end:
        end(result)
    else:
        result.close()
    return result


class Special:
    """A log that is held in memory: of two dumps, in two parts, damaged or cut."""

    def __init__(self, options, number):
        self.options, self.number = options, number
        self.rng = random.Random("%d/%d/special" % (options.seed, number))
        self.dumps = pick(options.dumps, DUMPS, self.rng)
        self.damage = pick(options.damage, DAMAGES, self.rng)
        self.asked = (self.dumps, self.damage) != ("one", "none")
        self.tail = None

    def _end(self, held):
        def end(result):
            self.tail = damage.Tail(result, self.rng, held)
        return end

    def print(self, world, shape, rng):
        """(texts of the members, [(world, listing)])."""
        recorder, incidents = record.Recorder(), []
        worlds = [(world, rng)]
        if self.dumps == "two":
            other = random.Random("%d/%d/second" % (self.options.seed, self.number))
            worlds.append((_world(self.options, self.number, other, shape, world), other))
        for number, (world, rng) in enumerate(worlds):
            end = None
            if self.damage == "cut" and number == len(worlds) - 1:
                end = self._end(damage.hold_message(world, self.rng))
                damage.hold_process(world, self.rng)
            shown = _print(world, shape, rng, recorder.write, self.options, recorder.mark, end)
            incidents.append((world, shown))
        texts = [recorder.text()]
        if self.dumps == "split":
            texts = recorder.divided(self.rng, world.banner.text())
        return texts, incidents

    def web(self, text, incidents):
        images = {item.image for world, _ in incidents for item in world.procs + world.zombies}
        return damage.Web(self.rng, images, {shown.prompt for _, shown in incidents})(text)

    def write(self, work, names, encoding, eol, world, shape, rng):
        """Writes the logs; returns (bytes, incidents, keys for the truth file)."""
        texts, incidents = self.print(world, shape, rng)
        top, sizes = {}, []
        for name, text in zip(names, texts):
            if self.damage == "web":
                text = self.web(text, incidents)
            path = os.path.join(work, name)
            out = sink.Sink(path, encoding, eol)
            out.write(text)
            sizes.append(out.close())
        if self.tail:
            low, high = self.tail.ends(len(text))
            sizes[-1] = record.cut(path, text, low, high, out, self.rng)
            top = {"cut": True, "cut_in": self.tail.name}
        return sum(sizes), incidents, top


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
    names = [stem + ".log"]
    special = Special(options, number)
    if special.dumps == "split":
        names.append(stem + "-2.log")
        if kind in pack.SINGLE:
            kind = special.rng.choice(("zip", "tar"))
    if special.asked:
        raw, incidents, more = special.write(work, names, encoding, eol, world, shape, rng)
    else:
        out = sink.Sink(os.path.join(work, names[0]), encoding, eol)
        incidents, more = [(world, _print(world, shape, rng, out.write, options))], {}
        raw = out.close()
    bundle = os.path.join("bundles", "%s.%s" % (stem, kind))
    target = os.path.join(options.out, bundle)
    if os.path.exists(target):
        os.remove(target)
    member = pack.pack(kind, work, names[0], target, names[1:])
    shutil.rmtree(work)
    if names[1:]:
        more["members"] = [member, os.path.join(os.path.dirname(member), names[1])]
    if special.damage == "web":
        more["damage"] = "web"
    top = {"file": names[0], "bundle": bundle, "member": member, "raw_bytes": raw,
           "tests": "generated: seed %d, incident %d, %s, layout %s%s" % (
               options.seed, number, world.variant.os_name, shape, ", noise" if options.noise else ""),
           "encoding": "utf-8" if encoding == "utf-8-bom" else encoding, "eol": eol.upper(),
           "bom": bool(sink.CODECS[encoding][1]), **more}
    totals = truth.write(os.path.join(options.out, "truth", "%04d.truth.json" % number), top, incidents)
    return dict(totals, bundle=bundle, member=member, raw_bytes=raw, packed_bytes=os.path.getsize(target))
