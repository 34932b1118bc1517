package dev.lamina.volume;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import org.jspecify.annotations.Nullable;

/**
 * What a directory says of a name.
 *
 * @param name the name, kept
 * @param inode the inode it leads to, 0 where it does not exist
 * @param kind the inode's kind where the name exists
 * @param baseIndex the name's index in the base's directory, -1 where that has no such name
 * @param row what the delta says of the name, null where nothing
 */
record Found(FileName name, long inode, FileKind kind, int baseIndex, @Nullable NameRow row) {
  boolean exists() {
    return inode != 0;
  }

  boolean leadsTo(Node node) {
    return inode == node.inode;
  }
}
