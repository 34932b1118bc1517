package dev.lamina.fuse.kernel;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Maps a file, compares it with what reading gives, and inverts one byte through the mapping. */
final class MappingClient {
  private MappingClient() {}

  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    int position = Integer.parseInt(arguments[1]);
    byte[] data = Files.readAllBytes(file);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_WRITE, 0, data.length);
      byte[] mapped = new byte[data.length];
      map.get(mapped);
      map.put(position, (byte) ~data[position]);
      map.force();
      System.exit(Arrays.equals(mapped, data) ? 0 : 1);
    }
  }
}
