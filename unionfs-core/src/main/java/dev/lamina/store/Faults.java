package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a verification has found so far. Thread-safe. */
final class Faults {
  private final Map<Digest, Fault> byDigest = new LinkedHashMap<>();
  private final List<Damage> others = new ArrayList<>();

  /** A damaged thing and the places that need it. */
  private static final class Fault {
    private final Damage.Kind kind;
    private final String message;
    private final Set<Damage.Touched> touched = new LinkedHashSet<>();

    Fault(Damage.Kind kind, String message) {
      this.kind = kind;
      this.message = message;
    }
  }

  /** Something with a digest is damaged; the first thing said of it stays. */
  synchronized void add(Damage.Kind kind, Digest digest, String message) {
    byDigest.putIfAbsent(digest, new Fault(kind, message));
  }

  /** Something without one is damaged. */
  synchronized void add(Damage damage) {
    others.add(damage);
  }

  /** A place needs something; whether that is damaged. */
  synchronized boolean touch(Digest digest, String root, String path) {
    @Nullable Fault fault = byDigest.get(digest);
    if (fault == null) {
      return false;
    }
    fault.touched.add(new Damage.Touched(root, path));
    return true;
  }

  synchronized boolean contains(Digest digest) {
    return byDigest.containsKey(digest);
  }

  synchronized boolean isEmpty() {
    return byDigest.isEmpty();
  }

  synchronized List<Damage> damages() {
    List<Damage> all = new ArrayList<>(others);
    byDigest.forEach(
        (digest, fault) ->
            all.add(
                new Damage(
                    fault.kind, Optional.of(digest), fault.message, List.copyOf(fault.touched))));
    return all;
  }
}
