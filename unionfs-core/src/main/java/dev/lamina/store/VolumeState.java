package dev.lamina.store;

/** Where a volume stands. The order is part of the format. */
public enum VolumeState {
  /** It may be mounted. */
  ACTIVE,
  /** Its removal has begun and is gone on with when the store is opened. */
  REMOVED
}
