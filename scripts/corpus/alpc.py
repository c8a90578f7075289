# SPDX-License-Identifier: Apache-2.0
"""What `!alpc /m` and, on XP and 2003, `!lpc message` print for one message.

A message whose server thread is unknown is printed with a zero ServerThread,
with no such line, or (LPC) without the line that names the server thread.
"""

from . import vm

OLD_FIRST_LINE = ("nt60",)


def _alpc(world, message, p):
    mix = message.addr >> 4 & 0xffffff
    length = mix % 0x80 * 4
    header = 0x18 if world.x86 else 0x28
    zero = p % 0
    server = message.server.addr if message.shown == "server" else 0
    lines = ["", "Message %s%s" % ("@ " if world.era in OLD_FIRST_LINE else "", p % message.addr),
             "  MessageID             : 0x%04X (%d)" % (message.id, message.id),
             "  CallbackID            : 0x%X (%d)" % (mix * 3 + 1, mix * 3 + 1),
             "  SequenceNumber        : 0x%08X (%d)" % (mix & 0xffff, mix & 0xffff),
             "  Type                  : LPC_REQUEST",
             "  DataLength            : 0x%04X (%d)" % (length, length),
             "  TotalLength           : 0x%04X (%d)" % (length + header, length + header),
             "  Canceled              : No", "  Release               : No", "  ReplyWaitReply        : No",
             "  Continuation          : Yes",
             "  OwnerPort             : %s [ALPC_CLIENT_COMMUNICATION_PORT]" % (p % message.client_port),
             "  WaitingThread         : " + p % message.waiter.addr,
             "  QueueType             : " + message.queue,
             "  QueuePort             : %s [ALPC_CONNECTION_PORT]" % (p % message.port),
             "  QueuePortOwnerProcess : %s (%s)" % (p % message.owner.addr, vm.short(message.owner.image))]
    if message.shown != "missing":
        lines.append("  ServerThread          : " + p % server)
    lines += ["  QuotaCharged          : No", "  CancelQueuePort       : " + zero, "  CancelSequencePort    : " + zero,
              "  CancelSequenceNumber  : 0x00000000 (0)", "  ClientContext         : " + p % (mix << 4),
              "  ServerContext         : " + zero, "  PortContext           : " + p % (mix << 3),
              "  CancelPortContext     : " + zero, "  SecurityData          : " + zero,
              "  View                  : " + zero]
    if world.era == "nt11":
        lines.append("  HandleData            : " + zero)
    return "\n".join(lines) + "\n\n"


def _lpc(world, message, p):
    name = "%x" % message.id
    connection, server_port = p % message.port, p % (message.port + 0x118)
    waiter, client = p % message.waiter.addr, p % message.client_port
    lines = ["Searching message %s in threads ..." % name]
    if message.shown == "server":
        lines.append("    Server thread %s is working on message %s" % (p % message.server.addr, name))
    lines += ["Client thread %s waiting a reply from %s" % (waiter, name),
              "Searching thread %s in port rundown queues ..." % waiter, "",
              "Server communication port 0x" + server_port, "    Handles: 1   References: 1",
              "    The LpcDataInfoChainHead queue is empty",
              "        Connected port: 0x%s      Server connection port: 0x%s" % (client, connection), "",
              "Client communication port 0x" + client, "    Handles: 1   References: 3",
              "    The LpcDataInfoChainHead queue is empty", "",
              "Server connection port %s  Name: OLE%X" % (connection, message.port >> 3 & 0xff),
              "    Handles: 1   References: 24",
              "    Server process  : %s (%s)" % (p % message.owner.addr, message.owner.image),
              "    Queue semaphore : " + p % (message.owner.addr + 0x2d8), "    Semaphore state 0 (0x0)",
              "    The message queue is empty", "    The LpcDataInfoChainHead queue is empty", "Done."]
    return "\n".join(lines) + "\n\n"


def command(message, p):
    return "!lpc message %x" % message.id if message.lpc else "!alpc /m " + p % message.addr


def text(world, message):
    p = "%%0%dx" % world.variant.pointer_digits
    return (_lpc if message.lpc else _alpc)(world, message, p)
