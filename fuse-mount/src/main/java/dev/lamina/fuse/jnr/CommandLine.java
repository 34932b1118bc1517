package dev.lamina.fuse.jnr;

import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** An {@code argv} in native memory, which lives as long as this object. */
final class CommandLine {
  private final List<Pointer> words = new ArrayList<>();
  private final Pointer pointers;

  CommandLine(Runtime runtime, List<byte[]> arguments) {
    pointers = runtime.getMemoryManager().allocateDirect((arguments.size() + 1) * Long.BYTES, true);
    for (byte[] argument : arguments) {
      Pointer word = runtime.getMemoryManager().allocateDirect(argument.length + 1, true);
      word.put(0, argument, 0, argument.length);
      pointers.putPointer((long) words.size() * Long.BYTES, word);
      words.add(word);
    }
  }

  /** The array, with null behind the last word. */
  Pointer pointers() {
    return pointers;
  }
}
