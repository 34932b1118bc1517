package dev.lamina.store;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.rocksdb.WriteBatch;

/**
 * What the store knows by name: images, layers, snapshots, leases, volumes. Thread-safe.
 *
 * <p>Anything that keeps a tree or a layer alive (an image, a snapshot, a volume, a use) is made
 * inside {@link #transact}, from something that keeps it alive and was read there, or from what a
 * {@link StoreWriter} has pinned. Else a collection that runs beside it may already have decided
 * that nobody needs it.
 */
public final class State implements StateView {
  private final StateDatabase database;
  private final Roots roots;
  private final Steps steps;
  private final ReentrantLock transactions = new ReentrantLock();

  State(StateDatabase database, Roots roots, Steps steps) {
    this.database = database;
    this.roots = roots;
    this.steps = steps;
  }

  /**
   * Runs a function that reads and changes state; no other transaction runs meanwhile. Its changes
   * are on disk when this returns. It must not begin another transaction, nor wait for one.
   *
   * @return what the function returned
   */
  public <T> T transact(Function<StateTransaction, T> change) {
    try (Hold _ = hold();
        WriteBatch batch = new WriteBatch()) {
      transactions.lock();
      try {
        T result = change.apply(new StateTransaction(database, roots, batch));
        if (batch.count() > 0) {
          database.write(batch, true);
          steps.after(Steps.TRANSACTION_WRITTEN);
        }
        return result;
      } finally {
        transactions.unlock();
      }
    }
  }

  /**
   * Keeps a collection from taking its roots, for work that is more than one transaction: what is
   * read of a root stays as good as the root until this is closed, by the same thread.
   */
  public Hold hold() {
    return roots.hold();
  }

  /** Returns all of state as it is now. */
  public StateSnapshot snapshot() {
    return new StateSnapshot(database);
  }

  /** Returns the database, for the package {@code volume}. */
  public StateDatabase database() {
    return database;
  }

  @Override
  public Optional<byte[]> get(StateFamily family, byte[] key) {
    return database.get(family, key);
  }

  @Override
  public void scan(StateFamily family, byte[] prefix, RowVisitor visitor) {
    database.scan(family, prefix, visitor::row);
  }
}
