# SPDX-License-Identifier: Apache-2.0
"""What ordinary threads do: the menu from which a process's threads are drawn.

An entry is (state, wait reason, text after Win32Thread:, stack kind, objects,
has a Win32Thread).  An object is (where, text): where 0 is "somewhere in the
pool", -1 the all-ones marker of DelayExecution, below -1 an offset inside the
thread.  Entries repeat in proportion to how often one meets them.
"""

USER = "UserMode Non-Alertable"
USER_ALERT = "UserMode Alertable"
KERNEL = "KernelMode Non-Alertable"

EVENT = (0, "SynchronizationEvent")
NOTIFY = (0, "NotificationEvent")
QUEUE = (0, "QueueObject")
TIMER = (0, "SynchronizationTimer")
TIMEOUT = (-0xb8, "NotificationTimer")


def wait(reason, mode, stack, objects, w32=False):
    return ("WAIT", reason, "WAIT: (%s) %s" % (reason, mode), stack, objects, w32)


def delay_object(era):
    return (-1, "NotificationEvent") if era in ("nt63", "nt10", "nt11") else TIMEOUT


def _idle(era):
    """The usual waits of a user process."""
    entries = [wait("WrQueue", USER, "queue", (QUEUE,))] * 7
    entries += [wait("UserRequest", USER, "single", (EVENT,))] * 3
    entries += [wait("UserRequest", USER, "single", ((0, "Semaphore Limit 0x7fffffff"), TIMEOUT)),
                wait("UserRequest", USER_ALERT, "multi", (EVENT, NOTIFY)),
                wait("UserRequest", USER, "multi", (NOTIFY, (0, "SynchronizationEvent"), TIMER, NOTIFY)),
                wait("DelayExecution", USER, "delay", (delay_object(era),)),
                wait("DelayExecution", USER, "delay", (delay_object(era),)),
                wait("Executive", USER, "fileio", (NOTIFY,))]
    if era == "nt5":
        entries += [wait("WrLpcReceive", USER, "lpcreceive", ((0, "Semaphore Limit 0x7fffffff"),))] * 2
        entries += [wait("Unknown", USER, "single", (EVENT,)),
                    wait("WrQueue", USER, "queue", ((0, "Unknown"),))]
    if era in ("nt60", "nt61"):
        entries += [wait("WrLpcReceive", USER, "lpcreceive", ((-0x390, "Semaphore Limit 0x1"),)),
                    wait("WrKeyedEvent", USER, "keyed", ((-0x390, "Semaphore Limit 0x1"),))]
    if era in ("nt63", "nt10", "nt11"):
        entries += [wait("WrAlertByThreadId", USER, "alertbyid", ((0, "Unknown"),)),
                    wait("WrLpcReceive", USER, "lpcreceive", ((-0x390, "Semaphore Limit 0x1"),))]
    return entries


def _rare(era):
    entries = [("READY", None, "READY", "ready", (), False), ("STANDBY", None, "STANDBY", "ready", (), False),
               ("TRANSITION", None, "TRANSITION", "ready", (), False),
               ("INITIALIZED", None, "INITIALIZED", "none", (), False),
               ("TERMINATED", None, "TERMINATED", "none", (), False),
               wait("WrPushLock", KERNEL, "pushlock", ()), wait("WrResource", KERNEL, "resource", (EVENT,)),
               wait("WrFreePage", KERNEL, "single", (NOTIFY,)), wait("WrPageIn", KERNEL, "single", (NOTIFY,)),
               wait("WrVirtualMemory", KERNEL, "single", (NOTIFY,)), wait("WrRundown", KERNEL, "pushlock", ())]
    if era == "nt60":
        entries.append(("GATEWAIT", "WrGuardedMutex", "GATEWAIT: (WrGuardedMutex) " + KERNEL, "pushlock", (), False))
    return entries


def build(era):
    """The menus of one dump by kind of process."""
    idle = _idle(era)
    gui = [wait("WrUserRequest", USER, "getmessage", (EVENT,), True)] * 4
    kernel = [wait("WrQueue", KERNEL, "worker", (QUEUE,))] * 6
    kernel += [wait("Executive", KERNEL, "driver", (EVENT,))] * 4
    kernel += [wait("Executive", KERNEL, "driver", (NOTIFY, TIMER)), wait("WrExecutive", KERNEL, "driver", (EVENT,))]
    suspended = [wait("Suspended", KERNEL, "suspended", ((-0x2a0, "NotificationEvent"),))]
    return {"service": idle * 3 + _rare(era), "quiet": idle, "gui": idle * 3 + gui * 3,
            "kernel": kernel, "frozen": suspended}


def attach(world):
    """Gives `world` its menus; only one process draws from the rare states, so they stay rare."""
    menus = build(world.era)

    def menu_for(proc):
        if proc.kind == "minimal" or proc.image == "System":
            return menus["kernel"]
        if proc.frozen:
            return menus["frozen"]
        if not proc.service:
            return menus["gui"]
        return menus["service" if proc.index % 3 == 0 else "quiet"]
    world.menu_for = menu_for
