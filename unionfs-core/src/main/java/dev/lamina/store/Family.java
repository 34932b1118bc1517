package dev.lamina.store;

/** A part of a database with keys of its own. */
interface Family {
  /** What the database's files call it; part of the format. */
  String title();
}
