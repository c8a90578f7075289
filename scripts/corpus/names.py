# SPDX-License-Identifier: Apache-2.0
"""Image names: the system's, those that chains are planted in, and the rest.

Lists are fixed so that the same chains come back in several incidents of a
corpus.  Some names are longer than the 15 bytes the kernel keeps, some hold
blanks or letters outside ASCII (all of them in code page 1252).
"""
import zlib

CHAIN = ("ProcessA.exe", "ProcessB.exe", "ProcessC.exe", "OrderDesk.exe", "PrintBroker.exe", "SpoolHost.exe",
         "DrvIsolate.exe", "LicenseHub.exe", "AuthRelay.exe", "CacheNode.exe", "ReportGenerator.exe",
         "Mail Gate.exe", "SyncAgent.exe", "IndexHost.exe", "CfgStore.exe", "ThemeSrv.exe")
GROUPS = ("FormsSrv.exe", "QueueAgent.exe", "PoolWorker.exe", "SessionAgent.exe")
BOXES = ("ProcessD.exe", "AlertSvc.exe", "LegacySvc.exe", "UpdaterService.exe")
ZOMBIES = ("ProcessE.exe", "cmd.exe", "conhost.exe", "ProcessF.exe", "ProcessG.exe", "ProcessH.exe",
           "tasklist.exe", "InventoryCollector.exe", "powershell.exe", "Tool (x86).exe")
SPECIAL_OLD = ("dwwin.exe", "drwtsn32.exe", "dumprep.exe")
SPECIAL_NEW = ("WerFault.exe", "WerFaultSecure.exe", "wermgr.exe")
SERVICES = ("svchost.exe", "spoolsv.exe", "MonitorAgent.exe", "dllhost.exe", "BackupSvc.exe", "wmiprvse.exe",
            "AuditSvc.exe", "Pr\u00fcfdienst.exe", "ImaService.exe", "vmtoolsd.exe")
DESKTOP = ("explorer.exe", "taskhost.exe", "winword.exe", "wfshell.exe", "notepad.exe", "Caf\u00e9 Client.exe")
QUEUES = ("FaxQueue.exe", "JobBroker.exe")
SOLO = (("HubService.exe", 14), ("LedgerSrv.exe", 18), ("GateKeeper.exe", 25))      # one in each dump, with its threads
SPECIAL_MORE = ("vsjitdebugger.exe", "ntsd.exe", "cdb.exe", "windbg.exe", "procdump64.exe", "adplus.exe", "savedump.exe")
NOT_SPECIAL = ("WerReporter.exe", "mykd.exe", "drwatson-notes.exe")
CIRCLE = ("Registrar.exe", "Notary.exe")
RUNS = ("FrontDesk.exe", "RelayPool.exe", "VaultSrv.exe")
RING_CLIENT = "RingClient.exe"
GAPS = ("[...]", "<snip>")      # what people leave in place of lines
MINIMAL = ("Registry", "MemCompression", "Secure System")


def typical_threads(image, average):
    """The usual thread count of an image: the same in every dump of a corpus."""
    if image.startswith(GROUPS):
        return max(12, average)
    share = 60 + zlib.crc32(image.lower().encode()) % 81
    return max(2, average * share // 100)
