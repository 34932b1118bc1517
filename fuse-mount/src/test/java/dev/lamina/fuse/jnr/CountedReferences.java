package dev.lamina.fuse.jnr;

import dev.lamina.fs.Entry;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.NodeId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what a transport takes from a file system and gives back. Thread-safe. */
final class CountedReferences {
  /** References to nodes but the root. */
  final AtomicLong nodes = new AtomicLong();

  /** Open files. */
  final AtomicLong handles = new AtomicLong();

  /** The most nodes that were held at once. */
  final AtomicLong most = new AtomicLong();

  /** A file system that is counted. */
  FileSystem of(FileSystem fileSystem) {
    return (FileSystem)
        Proxy.newProxyInstance(
            FileSystem.class.getClassLoader(),
            new Class<?>[] {FileSystem.class},
            (proxy, method, arguments) -> {
              Object result;
              try {
                result = method.invoke(fileSystem, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              count(method.getName(), arguments == null ? new Object[0] : arguments, result);
              return result;
            });
  }

  private void count(String name, Object[] arguments, Object result) {
    boolean found = !Boolean.FALSE.equals(result);
    Arrays.stream(arguments)
        .filter(argument -> found && argument instanceof Entry e && e.node != NodeId.ROOT)
        .forEach(_ -> most.accumulateAndGet(nodes.incrementAndGet(), Math::max));
    switch (name) {
      case "forget" -> nodes.addAndGet(-(Long) arguments[1]);
      case "open", "create" -> handles.incrementAndGet();
      case "release" -> handles.decrementAndGet();
      default -> {}
    }
  }
}
