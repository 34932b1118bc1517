package dev.lamina.fuse.kernel;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Maps a file, closes it, and says so; for each line it is sent it stores the line at the start
 * through the mapping and says so. Writes nothing out by itself. Ends with its standard input.
 */
final class MappingHolder {
  private MappingHolder() {}

  public static void main(String[] arguments) throws IOException {
    MappedByteBuffer map;
    try (FileChannel channel =
        FileChannel.open(
            Path.of(arguments[0]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      map = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size());
    }
    map.get(0);
    StringBuilder line = new StringBuilder();
    System.out.println("ready");
    for (int c = System.in.read(); c >= 0; c = System.in.read()) {
      if (c == '\n') {
        map.put(0, line.toString().getBytes(StandardCharsets.UTF_8));
        line.setLength(0);
        System.out.println("stored");
      } else {
        line.append((char) c);
      }
    }
  }
}
