/**
 * The native transport: the kernel's FUSE protocol on /dev/fuse, without libfuse. {@link
 * dev.lamina.fuse.kernel.NativeTransport} is the entry.
 *
 * <p>Below lies the wire protocol, pure functions between a buffer and fields: {@code Opcode},
 * {@code Request}, {@code Reply}, {@code DirectoryReply}, {@code Negotiation}. Above it a {@code
 * RequestHandler} turns one request into one call of a {@link dev.lamina.fs.FileSystem}, a {@code
 * Worker} reads, handles and answers, a {@code Session} starts as many workers as are busy, and a
 * {@code Notifier} tells the kernel what is stale. Layouts and constants are those of
 * include/uapi/linux/fuse.h, protocol 7.31 to 7.45.
 *
 * <p>What can lock up a FUSE server, and why it does not here: a request is never handled while
 * something is held that another request needs, because workers share nothing but the file system;
 * notifications can wait for requests of the same inode, so they are sent by a thread of their own
 * that holds no lock; and nothing here touches a path inside a mount of its own.
 *
 * <p>Uses {@code fs}, {@code linux} and the package above.
 */
@NullMarked
package dev.lamina.fuse.kernel;

import org.jspecify.annotations.NullMarked;
