package dev.lamina.testing.posix;

import dev.lamina.linux.LinuxException;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.TestAbortedException;

/**
 * Runs each check in a directory and a thread of its own, and compares how it ends with the list of
 * differences. The thread is as a process to the kernel: directory, umask, user and groups are its
 * own, and end with it. A check that is listed has to fail, in the way that is listed.
 */
final class Checks implements InvocationInterceptor, AfterAllCallback {
  private static final int PATIENCE_SECONDS = 120;

  private final Differences differences = Differences.load();
  private final Set<Difference> seen = new HashSet<>();
  private final Set<String> methods = new HashSet<>();

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> invocationContext,
      ExtensionContext extensionContext)
      throws Throwable {
    ExtensionContext method = method(extensionContext);
    check(invocation, method.getRequiredTestMethod().getName(), method);
  }

  @Override
  public void interceptDynamicTest(
      Invocation<Void> invocation,
      DynamicTestInvocationContext invocationContext,
      ExtensionContext extensionContext)
      throws Throwable {
    ExtensionContext method = method(extensionContext);
    String row = extensionContext.getDisplayName();
    check(invocation, method.getRequiredTestMethod().getName() + ": " + row, method);
  }

  /** A row's own context knows neither the method that made it nor the instance. */
  private ExtensionContext method(ExtensionContext context) {
    ExtensionContext at = context;
    while (at.getTestMethod().isEmpty()) {
      at = at.getParent().orElseThrow();
    }
    methods.add(at.getRequiredTestMethod().getName());
    return at;
  }

  private void check(Invocation<Void> invocation, String name, ExtensionContext context)
      throws Throwable {
    PosixTest test = (PosixTest) context.getRequiredTestInstance();
    Optional<Difference> listed = differences.of(test.mountPoint().subject(), name);
    try {
      inThread(invocation, test);
    } catch (TestAbortedException e) {
      listed.ifPresent(seen::add);
      throw e;
    } catch (AssertionError | LinuxException e) {
      String message = String.valueOf(e.getMessage());
      if (listed.isPresent() && message.contains(listed.get().what())) {
        seen.add(listed.get());
        return;
      }
      throw new AssertionError(
          name
              + ": "
              + message
              + listed.map(known -> " (listed as: " + known.seen() + ")").orElse(""),
          e);
    }
    if (listed.isPresent() && listed.get().isSometimes()) {
      seen.add(listed.get());
    } else if (listed.isPresent()) {
      throw new AssertionError(name + " is listed as a difference, and does not fail: " + listed);
    }
  }

  private static void inThread(Invocation<Void> invocation, PosixTest test) throws Throwable {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .name("check")
            .daemon()
            .start(
                () -> {
                  try (Home home = Home.enter(test.mountPoint().path())) {
                    home.use(invocation::proceed);
                    done.complete(true);
                  } catch (Throwable t) {
                    done.completeExceptionally(t);
                  }
                });
    try {
      done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      thread.join();
    } catch (ExecutionException e) {
      throw e.getCause();
    } catch (TimeoutException e) {
      StackTraceElement[] stack = thread.getStackTrace();
      AssertionError hung = new AssertionError("hangs, see the stack", e);
      hung.setStackTrace(stack);
      throw hung;
    }
  }

  /** A list may not name what is not there, nor rows that its matrix does not have. */
  @Override
  public void afterAll(ExtensionContext context) {
    PosixTest test = (PosixTest) context.getRequiredTestInstance();
    Set<String> known = new HashSet<>();
    for (Method method : context.getRequiredTestClass().getMethods()) {
      known.add(method.getName());
    }
    List<Difference> rotten =
        differences.of(test.mountPoint().subject()).stream()
            .filter(difference -> !seen.contains(difference))
            .filter(
                difference -> {
                  String method = difference.check().split(":", 2)[0];
                  return methods.contains(method)
                      || (!method.contains("*") && !known.contains(method));
                })
            .toList();
    if (!rotten.isEmpty()) {
      throw new AssertionError("differences are listed that no check shows: " + rotten);
    }
  }
}
