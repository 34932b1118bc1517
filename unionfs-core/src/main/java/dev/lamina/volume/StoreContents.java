package dev.lamina.volume;

import dev.lamina.store.Blob;
import dev.lamina.store.Store;
import dev.lamina.tree.Digest;

/** The blobs of a store. */
final class StoreContents implements Contents {
  private final Store store;

  StoreContents(Store store) {
    this.store = store;
  }

  @Override
  public DataSource openForKernel(Digest blob, long size) {
    long condemned = store.condemnedObjects();
    return switch (store.blob(blob, size)) {
      case Blob.Inline inline -> new DataSource.Bytes(inline.bytes());
      case Blob.ObjectFile object ->
          store
              .openGuardedObject(object)
              .<DataSource>map(file -> new DataSource.Guarded(file, size, condemned))
              .orElseGet(() -> new DataSource.Stored(store.openObject(blob, size), size));
    };
  }

  @Override
  public long condemned() {
    return store.condemnedObjects();
  }

  @Override
  public DataSource open(Digest blob, long size) {
    return switch (store.blob(blob, size)) {
      case Blob.Inline inline -> new DataSource.Bytes(inline.bytes());
      case Blob.ObjectFile object -> new DataSource.Stored(store.openObject(blob, size), size);
    };
  }
}
