# SPDX-License-Identifier: Apache-2.0
"""Which functions are on the stacks of waiting threads, by kind and era.

Data only.  A kind's kernel frames stand between the context switch (ENTRY) and
the system call border; USER holds the frames below the border that a complete
dump shows.  `%s` in a user frame stands for the module of the process.
"""

ENTRY = {
    "nt5": ("nt!KiSwapContext", "nt!KiSwapThread"),
    "nt60": ("nt!KiSwapContext", "nt!KiSwapThread"),
    "nt61": ("nt!KiSwapContext", "nt!KiCommitThreadWait"),
    "nt63": ("nt!KiSwapContext", "nt!KiSwapThread", "nt!KiCommitThreadWait"),
}
ENTRY["nt10"] = ENTRY["nt11"] = ENTRY["nt63"]

ONE = "nt!KeWaitForSingleObject"
MANY = "nt!KeWaitForMultipleObjects"
SLEEP = ("win32k!xxxRealSleepThread", "win32k!xxxSleepThread")

KERNEL = {
    "queue": ("nt!KeRemoveQueueEx", "nt!IoRemoveIoCompletion", "nt!NtWaitForWorkViaWorkerFactory"),
    "single": (ONE, "nt!NtWaitForSingleObject"),
    "multi": (MANY, "nt!ObpWaitForMultipleObjects", "nt!NtWaitForMultipleObjects"),
    "delay": ("nt!KeDelayExecutionThread", "nt!NtDelayExecution"),
    "fileio": (ONE, "mrxsmb!SmbCeInitiateExchange", "rdbss!RxFsdCommonDispatch", "nt!IopfCallDriver",
               "nt!IopSynchronousServiceTail", "nt!NtReadFile"),
    "lpcreply": (ONE, "nt!AlpcpSignalAndWait", "nt!AlpcpReceiveSynchronousReply",
                 "nt!AlpcpProcessSynchronousRequest", "nt!NtAlpcSendWaitReceivePort"),
    "lpcreceive": (ONE, "nt!AlpcpReceiveMessagePort", "nt!AlpcpReceiveMessage", "nt!NtAlpcSendWaitReceivePort"),
    "keyed": (ONE, "nt!NtWaitForKeyedEvent"),
    "alertbyid": ("nt!KeWaitForAlertByThreadId", "nt!NtWaitForAlertByThreadId"),
    "getmessage": (ONE,) + SLEEP + ("win32k!xxxRealInternalGetMessage", "win32k!xxxInternalGetMessage",
                                    "win32k!NtUserGetMessage"),
    "message_box": (ONE,) + SLEEP + ("win32k!NtUserWaitMessage",),
    "dialog": (ONE,) + SLEEP + ("win32k!NtUserWaitMessage",),
    "open_file": (ONE,) + SLEEP + ("win32k!NtUserWaitMessage",),
    "msgwait": (MANY, "win32k!xxxMsgWaitForMultipleObjects", "win32k!NtUserMsgWaitForMultipleObjectsEx"),
    "suspended": (ONE, "nt!KiSuspendThread", "nt!KiDeliverApc", "nt!KiSchedulerApc"),
    "pushlock": (ONE, "nt!ExfAcquirePushLockExclusive", "nt!MmProtectVirtualMemory", "nt!NtProtectVirtualMemory"),
    "resource": (ONE, "nt!ExpWaitForResource", "nt!ExAcquireResourceExclusiveLite", "Ntfs!NtfsCommonCreate",
                 "Ntfs!NtfsFsdCreate", "nt!IopParseDevice", "nt!ObOpenObjectByName", "nt!NtCreateFile"),
    "worker": ("nt!KeRemoveQueueEx", "nt!ExpWorkerThread"),
    "driver": (ONE, "rdbss!RxpWorkerThreadDispatcher", "rdbss!RxWorkItemDispatcher"),
}

# Waits like others, called by other functions of the user.
SAME = {"box_msgwait": "msgwait", "ask_in_dialog": "lpcreply", "wait_in_box": "single"}

# Where an era has other functions than the list above.
OTHER = {
    "nt5": {"queue": ("nt!KeRemoveQueue", "nt!NtRemoveIoCompletion"),
            "lpcreply": (ONE, "nt!NtRequestWaitReplyPort"),
            "lpcreceive": (ONE, "nt!NtReplyWaitReceivePortEx"),
            "multi": (MANY, "nt!NtWaitForMultipleObjects"),
            "suspended": (ONE, "nt!KiSuspendThread", "nt!KiDeliverApc"),
            "worker": ("nt!KeRemoveQueue", "nt!ExpWorkerThread")},
    "nt60": {"queue": ("nt!KeRemoveQueueEx", "nt!IoRemoveIoCompletion", "nt!NtRemoveIoCompletion"),
             "suspended": (ONE, "nt!KiSuspendThread", "nt!KiDeliverApc", "nt!KiApcInterrupt")},
    "nt10": {"single": (ONE, "nt!ObWaitForSingleObject", "nt!NtWaitForSingleObject")},
}
OTHER["nt61"] = {"suspended": OTHER["nt60"]["suspended"]}
OTHER["nt63"] = {}
OTHER["nt11"] = OTHER["nt10"]

SYSTEM = ("worker", "driver")           # stacks of system threads: no system call border
NO_WAIT = {
    "running": ("nt!KiDpcInterrupt", "nt!ExpGetProcessInformation", "nt!NtQuerySystemInformation"),
    "ready": ("nt!KiSwapContext", "nt!KiQuantumEnd", "nt!KiDispatchInterrupt"),
}

WORKER = ("%s!WorkerMain",)
RPC = ("RPCRT4!LRPC_CCALL::SendReceive", "RPCRT4!NdrpClientCall2", "%s!CBroker<int, IUnknown *>::Ask")
LOOP = ("USER32!DialogBox2", "USER32!InternalDialogBox")
BOX = ("USER32!NtUserWaitMessage",) + LOOP
BOXES = ("USER32!SoftModalMessageBox", "USER32!MessageBoxWorker", "USER32!MessageBoxTimeoutW", "USER32!MessageBoxExW",
         "USER32!MessageBoxW", "%s!ReportFailure")
DIALOG = ("USER32!DialogBoxIndirectParamAorW", "USER32!DialogBoxParamW", "%s!AskOperator")
HANDLER = ("USER32!InternalCallWinProc", "USER32!UserCallDlgProcCheckWow", "USER32!SendMessageWorker") + LOOP
USER = {
    "queue": ("ntdll!ZwWaitForWorkViaWorkerFactory", "ntdll!TppWorkerThread"),
    "single": ("ntdll!ZwWaitForSingleObject", "KERNELBASE!WaitForSingleObjectEx") + WORKER,
    "multi": ("ntdll!ZwWaitForMultipleObjects", "KERNELBASE!WaitForMultipleObjectsEx") + WORKER,
    "delay": ("ntdll!ZwDelayExecution", "KERNELBASE!SleepEx", "%s!`CWaveHandle::Open'::`2'::Poll"),
    "fileio": ("ntdll!ZwReadFile", "KERNELBASE!ReadFile", "%s!LoadSettings"),
    "lpcreply": ("ntdll!ZwAlpcSendWaitReceivePort",) + RPC,
    "lpcreceive": ("ntdll!ZwAlpcSendWaitReceivePort", "RPCRT4!LRPC_ADDRESS::ProcessIO"),
    "keyed": ("ntdll!ZwWaitForKeyedEvent", "ntdll!RtlSleepConditionVariableCS") + WORKER,
    "alertbyid": ("ntdll!ZwWaitForAlertByThreadId", "ntdll!RtlSleepConditionVariableSRW") + WORKER,
    "getmessage": ("USER32!ZwUserGetMessage", "USER32!GetMessageW", "%s!MessageLoop"),
    "message_box": BOX + BOXES,
    "dialog": BOX + DIALOG,
    "msgwait": ("USER32!NtUserMsgWaitForMultipleObjectsEx", "USER32!MsgWaitForMultipleObjectsEx", "%s!Pump"),
    "box_msgwait": ("USER32!NtUserMsgWaitForMultipleObjectsEx",) + LOOP + BOXES,
    "ask_in_dialog": ("ntdll!ZwAlpcSendWaitReceivePort",) + RPC + ("%s!OnApply",) + HANDLER + DIALOG,
    "wait_in_box": ("ntdll!ZwWaitForSingleObject", "KERNELBASE!WaitForSingleObjectEx", "%s!OnRetry") + HANDLER + BOXES,
    "open_file": BOX + ("USER32!DialogBoxIndirectParamAorW", "USER32!DialogBoxIndirectParamW", "comdlg32!CFileOpenSave::Show",
                        "comdlg32!GetOpenFileNameW", "%s!PickFile"),
    "suspended": ("ntdll!ZwWaitForSingleObject",) + WORKER,
    "pushlock": ("ntdll!ZwProtectVirtualMemory",) + WORKER,
    "resource": ("ntdll!ZwCreateFile", "KERNELBASE!CreateFileW") + WORKER,
    "running": ("ntdll!ZwQuerySystemInformation",) + WORKER,
    "ready": WORKER,
}
OLD_NAMES = {        # functions of user modules that older systems keep elsewhere
    "nt5": {"KERNELBASE!": "kernel32!", "ZwAlpcSendWaitReceivePort": "ZwRequestWaitReplyPort"},
    "nt60": {"KERNELBASE!": "kernel32!"},
}
DRIVERS = ("win32k", "win32kfull", "mrxsmb", "rdbss", "Ntfs")
START = {"nt5": ("kernel32!BaseThreadStart",)}
START_LATER = ("kernel32!BaseThreadInitThunk", "ntdll!RtlUserThreadStart")
SYSTEM_START = {"nt5": ("nt!PspSystemThreadStartup", "nt!KiThreadStartup")}
SYSTEM_START_LATER = ("nt!PspSystemThreadStartup", "nt!KiStartSystemThread")
BORDER = {"x86": "nt!KiFastCallEntry", "x64": "nt!KiSystemServiceCopyEnd", "arm64": "nt!KiSystemServiceExit"}


def kernel_frames(kind, era):
    """Kernel frames from the top to the last before the border or the thread start."""
    kind = SAME.get(kind, kind)
    if kind in NO_WAIT:
        return NO_WAIT[kind]
    frames = ENTRY[era] + OTHER[era].get(kind, KERNEL[kind])
    if era in ("nt10", "nt11"):
        frames = tuple(f.replace("win32k!", "win32kfull!") for f in frames)
    return frames


KINDS = tuple(KERNEL) + tuple(NO_WAIT) + tuple(SAME)
