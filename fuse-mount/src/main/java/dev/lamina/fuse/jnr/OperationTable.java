package dev.lamina.fuse.jnr;

import dev.lamina.linux.Memory;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.BaseStruct;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * A {@code struct fuse_operations}, and what keeps its functions callable: it must live as long as
 * libfuse may call them. Not thread-safe.
 */
final class OperationTable extends FuseOperations {
  /** An unlinked file's path is null in what an open file is asked for. */
  private static final int NULL_PATH_OK = 1;

  /** No paths are made for what an open file is asked for: its handle is enough. */
  private static final int NO_PATH = 1 << 1;

  /** utimens is told what to leave alone, and what becomes now. */
  private static final int UTIME_OMIT_OK = 1 << 2;

  private final Runtime runtime;
  private final List<Object> kept = new ArrayList<>();

  OperationTable(Runtime runtime) {
    super(runtime);
    this.runtime = runtime;
    useMemory(runtime.getMemoryManager().allocateDirect(Struct.size(this), true));
    // jnr-fuse has bytes there, which nothing can be written to: they are the bits of one int.
    long flags = Struct.getMemory(this).address() + flag_nullpath_ok.offset();
    Memory.putInt(flags, NULL_PATH_OK | NO_PATH | UTIME_OMIT_OK);
  }

  /** Enters a function. */
  <T> void enter(BaseStruct.Func<?> field, Class<T> shape, T function) {
    kept.add(function);
    Struct.getMemory(this)
        .putPointer(field.offset(), runtime.getClosureManager().getClosurePointer(shape, function));
  }
}
