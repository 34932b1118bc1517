package dev.lamina.fuse.jnr;

import jnr.ffi.Pointer;
import jnr.ffi.types.size_t;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * The functions of libfuse 2 (fuse.h, fuse_lowlevel.h of 2.9) that are needed beside jnr-fuse's
 * own, whose only way to mount registers a shutdown hook for each mount and hides when mounting is
 * done. Only names whose newest version the dynamic linker finds: {@code fuse_new} is not among
 * them, since it finds a version of 2002. Public because the implementation is made at run time by
 * another class loader.
 */
@SuppressWarnings("MemberName")
public interface LibFuse2 {
  /** Mounts, answers a {@code struct fuse} or null, having said on standard error what failed. */
  @Nullable Pointer fuse_setup(
      int argc,
      Pointer argv,
      FuseOperations operations,
      @size_t long operationsSize,
      Pointer mountPoint,
      Pointer multithreaded,
      @Nullable Pointer userData);

  /** The session of a {@code struct fuse}. */
  Pointer fuse_get_session(Pointer fuse);

  /** Gives signals back that {@link #fuse_setup} took. */
  void fuse_remove_signal_handlers(Pointer session);

  /** The first channel of a session, with null before it. */
  Pointer fuse_session_next_chan(Pointer session, @Nullable Pointer channel);

  /** How large a buffer for requests must be, in bytes. */
  @size_t
  long fuse_chan_bufsize(Pointer channel);

  /**
   * Reads a request. Also where the connection ends, the session then knows.
   *
   * @param channel where the channel's address is
   * @return the length; 0 where the connection has ended; a negated errno
   */
  int fuse_chan_recv(Pointer channel, Pointer buffer, @size_t long size);

  /** Ends a session: whoever reads a request next gets none. */
  void fuse_session_exit(Pointer session);

  /** Serves a request, by the operations, and answers it. */
  void fuse_session_process(Pointer session, Pointer buffer, @size_t long length, Pointer channel);

  /** Closes a channel, unmounting where its connection has not ended, and frees it. */
  void fuse_unmount(Pointer mountPoint, Pointer channel);

  /** Frees a {@code struct fuse}. */
  void fuse_destroy(Pointer fuse);

  /** The C library's: frees the string that {@link #fuse_setup} made. */
  void free(Pointer memory);
}
