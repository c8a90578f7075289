# SPDX-License-Identifier: Apache-2.0
"""Random questions about incidents, made of names, times and places that occur in them.

A question is a dict, see brute.py. `words` writes it as the arguments of the program.
"""
from . import brute

OPTIONAL = ("special", "missing-threads", "message-box")       # their image may be left out
FLAGS = ("recurring",)
SELECTORS = ("since", "until", "machine", "os", "build", "bundle", "cycle", "min-wait")
KINDS = ("chain", "recurring", "min-incidents", "blocker") + brute.INCIDENT_QUESTIONS


def words(asked, rng):
    """In any order; values as words of their own or behind `=`."""
    options = []
    for key, value in asked.items():
        if key in FLAGS or value is None:
            options.append(["--" + key])
        elif rng.random() < 0.5:
            options.append(["--%s=%s" % (key, value)])
        else:
            options.append(["--" + key, str(value)])
    rng.shuffle(options)
    return [word for option in options for word in option]


class Asker:
    def __init__(self, incidents, rng):
        self.rng, self.incidents = rng, incidents
        self.chains = [chain for incident in incidents for chain in incident.chains]
        self.images = sorted({hop["image"] for chain in self.chains for hop in chain["hops"] if hop["image"]})
        self.all_images = sorted({process["image"] for incident in incidents
                                  for process in incident.shown["processes"] if process["image"]})
        self.waits = sorted({wait for chain in self.chains for wait in brute.waits(chain)})
        self.times = sorted(incident.row["session_time"] for incident in incidents if incident.row["session_time"])
        self.found = {pattern: sorted({f["image"] for incident in incidents
                                       for f in incident.of_pattern(pattern) if f.get("image")})
                      for pattern in brute.PATTERN_OF.values()}

    # -- names -----------------------------------------------------------------------------

    def name(self, image):
        """One of the ways to write an image: its case, cut, with wildcards; seldom one that does not occur."""
        rng, way = self.rng, self.rng.random()
        if way < 0.35:
            return image
        if way < 0.45:
            return brute.lower(image)
        if way < 0.5:
            return "".join(c.upper() if c.isascii() else c for c in image)
        if way < 0.6:
            return brute.cut(image)
        if way < 0.68:
            return image[:rng.randrange(len(image))] + "*"
        if way < 0.76:
            at = rng.randrange(len(image))
            return image[:at] + "?" + image[at + 1:]
        if way < 0.84:
            low, high = sorted((rng.randrange(len(image) + 1), rng.randrange(len(image) + 1)))
            return image[:low] + "*" + image[high:]
        if way < 0.9:
            return "*" + image[rng.randrange(len(image)):]
        if way < 0.94:
            return "*.e?e"
        if way < 0.97:
            return image + "x"
        return "nowhere.exe"

    def a_name(self, images):
        return self.name(self.rng.choice(images)) if images else "nowhere.exe"

    def expression(self):
        """Of hops that follow each other in a chain, near and far, sometimes of any images."""
        rng = self.rng
        hops = [hop["image"] or "?" for hop in rng.choice(self.chains)["hops"]]
        kind = rng.random()
        if kind < 0.1:
            return "*"
        if kind < 0.3:
            places = [rng.randrange(len(hops))]
        elif kind < 0.85:
            places = sorted(rng.sample(range(len(hops)), min(len(hops), rng.choice((2, 2, 2, 3, 4)))))
        else:       # round a ring, or nowhere
            places = [rng.randrange(len(hops)) for _ in range(rng.choice((2, 3)))]
        text = ""
        for before, place in zip([None] + places, places):
            if before is not None:
                text += rng.choice((" > ", ">", "  >  ")) if place == before + 1 and rng.random() < 0.7 \
                    else rng.choice((" >> ", ">>")) if rng.random() < 0.85 else " > "
            name = self.name(hops[place]) if rng.random() < 0.93 else self.a_name(self.images)
            text += '"%s"' % name if rng.random() < 0.1 else name
        first, last = places[0] == 0, places[-1] == len(hops) - 1
        if rng.random() < (0.4 if first else 0.05):
            text = "^" + text
        if rng.random() < (0.4 if last else 0.05):
            text += "$"
        return text

    # -- options ---------------------------------------------------------------------------

    def _time(self):
        rng, when = self.rng, self.rng.choice(self.times)
        if rng.random() < 0.4:
            return when[:10]
        return when if rng.random() < 0.7 else when[:11] + "12:00:00+02:00"

    def selector(self, key):
        rng = self.rng
        incident = rng.choice(self.incidents)
        if key in ("since", "until"):
            return self._time() if self.times else "2024-01-01"
        if key == "machine":
            named = [one.row["machine"] for one in self.incidents if one.row["machine"]] or ["NOBODY"]
            name = rng.choice(named)
            return rng.choice((name, brute.lower(name), name[:3] + "*", "*" + name[-2:], "?" + name[1:], "NOBODY"))
        if key == "os":
            text = incident.row["os"] or "Windows"
            return rng.choice((text, text.upper(), text[:rng.randrange(3, len(text))], text.split()[-1], "OS/2"))
        if key == "build":
            return incident.row["build"] if incident.row["build"] is not None and rng.random() < 0.95 else 1
        if key == "bundle":
            path = rng.choice(sorted(incident.bundles))
            base = path.rsplit("/", 1)[-1]
            return rng.choice((path, base, base.upper(), "*" + base[base.rfind("."):], base[:3] + "*", "*/" + base,
                               base[:2] + "??-*", "*.nothing"))
        if key == "cycle":
            return rng.choice(("any", "thread", "process"))
        return rng.choice(("0", "1", "%g" % rng.choice((0.5, 30, 100.25, 600)), "100000")
                          + ("%.3f" % rng.choice(self.waits),) * 3 if self.waits else ("1",))

    def main(self, key):
        """The value of a question."""
        rng = self.rng
        if key == "chain":
            return self.expression()
        if key in FLAGS:
            return True
        if key == "min-incidents":
            return rng.choice((1, 2, 2, 3, 4, len(self.incidents) // 2 or 1, len(self.incidents) + 1))
        if key == "blocker":
            return self.a_name([chain["hops"][-1]["image"] or "?" for chain in self.chains]
                               if rng.random() < 0.8 else self.images)
        if key == "zombies":
            counts = [incident.shown["zombies"]["count"] for incident in self.incidents]
            return max(1, rng.choice(counts) + rng.choice((-1, 0, 0, 1)))
        if key == "process":
            return self.a_name(self.all_images)
        if rng.random() < 0.4:
            return None
        return self.a_name(self.found[brute.PATTERN_OF[key]] if rng.random() < 0.9 else self.all_images)

    def ask(self, kind):
        """A question of this kind, alone or with others, selectors and a page of the answer."""
        rng, asked = self.rng, {}
        asked[kind] = self.main(kind)
        if rng.random() < 0.3:
            for other in rng.sample(KINDS, rng.choice((1, 1, 2))):
                asked.setdefault(other, self.main(other))
        if "min-incidents" in asked and not set(asked) & {"chain", "recurring", "blocker"}:
            other = rng.choice(("chain", "recurring", "recurring", "blocker"))      # alone it asks nothing
            asked[other] = self.main(other)
        for key in rng.sample(SELECTORS, rng.choice((0, 0, 1, 1, 2, 3))):
            asked[key] = self.selector(key)
        if rng.random() < 0.3:
            asked["limit"] = rng.choice((1, 1, 2, 3, 10, 1000))
        if rng.random() < 0.2:
            asked["offset"] = rng.choice((1, 1, 2, 5, 10000))
        return asked
