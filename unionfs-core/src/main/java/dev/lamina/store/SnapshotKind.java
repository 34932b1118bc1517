package dev.lamina.store;

/** What a snapshot is for. The order is part of the format. */
public enum SnapshotKind {
  /** A volume that is written to. */
  ACTIVE,
  /** What is only looked at. */
  VIEW,
  /** A tree that others build on. */
  COMMITTED
}
