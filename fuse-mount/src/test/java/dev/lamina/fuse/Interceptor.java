package dev.lamina.fuse;

import dev.lamina.fs.FileSystem;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;

/** Puts something in front of every operation of a file system: a failure, a delay, a note. */
public final class Interceptor {
  private Interceptor() {}

  /**
   * One call that is about to be made.
   *
   * @param name the method of {@link FileSystem}
   * @param arguments as the transport gives them
   */
  public record Operation(String name, List<Object> arguments) {
    /** Whether it is a call of this method. */
    public boolean is(String wanted) {
      return name.equals(wanted);
    }
  }

  /**
   * A file system that shows each operation to {@code before}; what that throws is what the
   * operation throws.
   */
  public static FileSystem of(FileSystem fileSystem, Consumer<Operation> before) {
    return of(fileSystem, before, () -> {});
  }

  /** As {@link #of(FileSystem, Consumer)}; {@code closed} runs when the file system was closed. */
  public static FileSystem of(FileSystem fileSystem, Consumer<Operation> before, Runnable closed) {
    return (FileSystem)
        Proxy.newProxyInstance(
            FileSystem.class.getClassLoader(),
            new Class<?>[] {FileSystem.class},
            (proxy, method, arguments) -> {
              before.accept(
                  new Operation(
                      method.getName(), arguments == null ? List.of() : List.of(arguments)));
              try {
                return method.invoke(fileSystem, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              } finally {
                if (method.getName().equals("close")) {
                  closed.run();
                }
              }
            });
  }
}
