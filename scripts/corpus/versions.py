# SPDX-License-Identifier: Apache-2.0
"""The Windows versions the generator can imitate.

One Variant is one build as a debugger banner shows it, with the era that
decides the layout of blocks, the tick lengths (in 100 ns) seen on it and the
debugger versions that were in use for it.  Names follow the banner, not the
product: Windows 11 and Server 2022 call themselves Windows 10.
"""
from dataclasses import dataclass

TICK_15_625 = 156250
TICK_15_6001 = 156001
TICK_10_0144 = 100144


@dataclass(frozen=True)
class Variant:
    era: str            # nt5, nt60, nt61, nt63, nt10, nt11: the layout family
    os_name: str        # our reading of build and product
    os_line: str        # the words before "Version"
    build: int
    service_pack: str   # "" when the banner shows none
    product: str        # the Product: line without its label
    lab: str
    arch: str           # x86, x64, arm64
    years: tuple
    ticks: tuple
    debuggers: tuple

    @property
    def pointer_digits(self):
        return 8 if self.arch == "x86" else 16

    @property
    def new_layout(self):
        return self.era in ("nt10", "nt11")


OLD = ("6.6.0007.5", "6.11.0001.404 X86", "6.12.0002.633 X86")
SIX = ("6.11.0001.404 AMD64", "6.12.0002.633 AMD64")
SIX3 = ("6.3.9600.17237 AMD64", "6.3.9600.17298 AMD64")
TEN = ("10.0.17763.132 AMD64", "10.0.19041.685 AMD64", "10.0.22621.2428 AMD64")
TEN_ARM = ("10.0.22621.2428 ARM64",)

CLIENT = "WinNt, suite: TerminalServer SingleUserTS"
SERVER = "Server, suite: TerminalServer"
SERVER_SINGLE = "Server, suite: TerminalServer SingleUserTS"
DOMAIN = "LanManNt, suite: TerminalServer SingleUserTS"

VARIANTS = {
    "2003x86": (
        Variant("nt5", "Windows Server 2003 SP2", "Windows Server 2003 Kernel", 3790, "Service Pack 2",
                "Server, suite: Enterprise TerminalServer SingleUserTS", "3790.srv03_sp2_gdr.090805-1438",
                "x86", (2005, 2012), (TICK_15_625,), OLD),
        Variant("nt5", "Windows Server 2003 SP1", "Windows Server 2003 Kernel", 3790, "Service Pack 1",
                "LanManNt, suite: TerminalServer SingleUserTS", "3790.srv03_sp1_rtm.050324-1447",
                "x86", (2005, 2009), (TICK_15_625, TICK_10_0144), OLD)),
    "xp": (
        Variant("nt5", "Windows XP SP3", "Windows XP Kernel", 2600, "Service Pack 3", CLIENT,
                "2600.xpsp_sp3_gdr.090804-1435", "x86", (2008, 2013), (TICK_10_0144, TICK_15_625), OLD),
        Variant("nt5", "Windows XP SP2", "Windows XP Kernel", 2600, "Service Pack 2", CLIENT,
                "2600.xpsp_sp2_gdr.050301-1519", "x86", (2004, 2009), (TICK_10_0144,), OLD)),
    "2008": (
        Variant("nt60", "Windows Server 2008 SP2", "Windows Server 2008/Windows Vista Kernel", 6002,
                "Service Pack 2", SERVER, "6002.18005.amd64fre.lh_sp2rtm.090410-1830", "x64",
                (2009, 2014), (TICK_15_625, TICK_15_6001), SIX),
        Variant("nt60", "Windows Server 2008", "Windows Server 2008/Windows Vista Kernel", 6001,
                "Service Pack 1", SERVER, "6001.18145.amd64fre.vistasp1_gdr.080917-1612", "x64",
                (2008, 2011), (TICK_15_625,), SIX),
        Variant("nt60", "Windows Vista SP2", "Windows Server 2008/Windows Vista Kernel", 6002,
                "Service Pack 2", CLIENT, "6002.18005.x86fre.lh_sp2rtm.090410-1830", "x86",
                (2009, 2013), (TICK_15_6001,), OLD)),
    "7": (
        Variant("nt61", "Windows Server 2008 R2 SP1", "Windows 7 Kernel", 7601, "Service Pack 1", SERVER,
                "7601.17514.amd64fre.win7sp1_rtm.101119-1850", "x64", (2011, 2016),
                (TICK_15_6001, TICK_15_625), SIX),
        Variant("nt61", "Windows 7", "Windows 7 Kernel", 7600, "", CLIENT,
                "7600.16385.amd64fre.win7_rtm.090713-1255", "x64", (2009, 2013), (TICK_15_6001,), SIX),
        Variant("nt61", "Windows 7 SP1", "Windows 7 Kernel", 7601, "Service Pack 1", CLIENT,
                "7601.17514.x86fre.win7sp1_rtm.101119-1850", "x86", (2011, 2015), (TICK_15_6001,), OLD)),
    "8.1": (
        Variant("nt63", "Windows 8.1", "Windows 8.1 Kernel", 9600, "", CLIENT,
                "9600.17085.amd64fre.winblue_gdr.140330-1035", "x64", (2014, 2017), (TICK_15_625,), SIX3),
        Variant("nt63", "Windows Server 2012 R2", "Windows 8 Kernel", 9600, "", SERVER_SINGLE,
                "9600.17031.amd64fre.winblue_gdr.140221-1952", "x64", (2014, 2018), (TICK_15_625,), SIX3)),
    "10": (
        Variant("nt10", "Windows 10", "Windows 10 Kernel", 19041, "", CLIENT,
                "19041.1.amd64fre.vb_release.191206-1406", "x64", (2020, 2024), (TICK_15_625,), TEN),
        Variant("nt10", "Windows Server 2016", "Windows 10 Kernel", 14393, "", DOMAIN,
                "14393.2430.amd64fre.rs1_release_inmarket_aim.180806-1810", "x64", (2017, 2022),
                (TICK_15_625,), TEN),
        Variant("nt10", "Windows Server 2019", "Windows 10 Kernel", 17763, "", SERVER,
                "17763.1.amd64fre.rs5_release.180914-1434", "x64", (2019, 2023), (TICK_15_625,), TEN)),
    "11": (
        Variant("nt11", "Windows 11", "Windows 10 Kernel", 22621, "", CLIENT,
                "22621.1.amd64fre.ni_release.220506-1250", "x64", (2022, 2025), (TICK_15_625,), TEN[2:]),
        Variant("nt11", "Windows 11", "Windows 10 Kernel", 26100, "", CLIENT,
                "26100.1.amd64fre.ge_release.240331-1435", "x64", (2024, 2025), (TICK_15_625,), TEN[2:]),
        Variant("nt11", "Windows 11", "Windows 10 Kernel", 22621, "", CLIENT,
                "22621.1.arm64fre.ni_release.220506-1250", "arm64", (2022, 2025), (TICK_15_625,), TEN_ARM)),
    "2022": (
        Variant("nt11", "Windows Server 2022", "Windows 10 Kernel", 20348, "", SERVER_SINGLE,
                "20348.859.amd64fre.fe_release_svc_prod2.220707-1832", "x64", (2022, 2025),
                (TICK_15_625,), TEN[1:]),
        Variant("nt11", "Windows Server 2022", "Windows 10 Kernel", 20348, "", DOMAIN,
                "20348.1.amd64fre.fe_release.210507-1500", "x64", (2021, 2025), (TICK_15_625,), TEN[1:])),
}

KEYS = tuple(VARIANTS)


def choose(selection, number, rng):
    """The variant of incident `number`: the asked version, or each in turn."""
    key = KEYS[number % len(KEYS)] if selection == "all" else selection
    return key, rng.choice(VARIANTS[key])
