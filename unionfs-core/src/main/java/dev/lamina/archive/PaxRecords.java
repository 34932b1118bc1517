package dev.lamina.archive;

import dev.lamina.archive.TarHeader.BadHeaderException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The records of a pax extended header (POSIX.1-2017, pax, "pax Extended Header"). Values are
 * bytes: a path need not be UTF-8 and an extended attribute may hold NUL.
 */
final class PaxRecords {
  static final PaxRecords NONE = new PaxRecords(Map.of(), List.of());

  private final Map<String, byte[]> records;
  // The oldest sparse format repeats two keys, and their order is the map.
  private final List<byte[]> sparse00;

  private PaxRecords(Map<String, byte[]> records, List<byte[]> sparse00) {
    this.records = records;
    this.sparse00 = sparse00;
  }

  /** Parses a header's data. */
  static PaxRecords parse(byte[] data, int mostSegments) throws BadHeaderException {
    Map<String, byte[]> records = new LinkedHashMap<>();
    List<byte[]> sparse = new ArrayList<>();
    int at = 0;
    while (at < data.length && !isPadding(data, at)) {
      int digits = at;
      int length = 0;
      while (digits < data.length && data[digits] >= '0' && data[digits] <= '9') {
        length = length * 10 + data[digits] - '0';
        if (length > data.length - at) {
          throw new BadHeaderException("a pax record is longer than its header");
        }
        digits++;
      }
      int end = at + length;
      if (digits == at || digits >= end || data[digits] != ' ' || data[end - 1] != '\n') {
        throw new BadHeaderException("a pax record is malformed");
      }
      int equals = digits + 1;
      while (equals < end && data[equals] != '=') {
        equals++;
      }
      if (equals >= end - 1 && (equals >= end || data[equals] != '=')) {
        throw new BadHeaderException("a pax record has no \"=\"");
      }
      String key = new String(data, digits + 1, equals - digits - 1, StandardCharsets.ISO_8859_1);
      if (key.isEmpty()) {
        throw new BadHeaderException("a pax record has no keyword");
      }
      byte[] value = Arrays.copyOfRange(data, equals + 1, end - 1);
      if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
        if (sparse.size() >= 2L * mostSegments) {
          throw new BadHeaderException(
              "its sparse map has more than " + mostSegments + " segments, which is the limit");
        }
        if (key.equals("GNU.sparse.offset") != (sparse.size() % 2 == 0)) {
          throw new BadHeaderException("offsets and lengths of its sparse map do not alternate");
        }
        sparse.add(value);
      } else {
        records.put(key, value);
      }
      at = end;
    }
    return new PaxRecords(records, sparse);
  }

  private static boolean isPadding(byte[] data, int from) {
    for (int i = from; i < data.length; i++) {
      if (data[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns these records where {@code local} is silent; an empty value there takes one away. */
  PaxRecords overriddenBy(PaxRecords local) {
    if (local.records.isEmpty() && local.sparse00.isEmpty()) {
      return this;
    }
    Map<String, byte[]> merged = new LinkedHashMap<>(records);
    for (Map.Entry<String, byte[]> record : local.records.entrySet()) {
      // An extended attribute may be empty; for every other key empty means "as if never given".
      if (record.getValue().length == 0 && !record.getKey().startsWith("SCHILY.xattr.")) {
        merged.remove(record.getKey());
      } else {
        merged.put(record.getKey(), record.getValue());
      }
    }
    return new PaxRecords(merged, local.sparse00.isEmpty() ? sparse00 : local.sparse00);
  }

  Map<String, byte[]> all() {
    return records;
  }

  /** Returns how many bytes the records have. */
  long bytes() {
    long sum = 0;
    for (Map.Entry<String, byte[]> record : records.entrySet()) {
      sum += record.getKey().length() + record.getValue().length;
    }
    return sum;
  }

  /** Returns offset, length, offset, length … of format 0.0, as written. */
  List<byte[]> sparse00() {
    return sparse00;
  }

  Optional<byte[]> get(String key) {
    byte[] value = records.get(key);
    return value == null || value.length == 0 ? Optional.empty() : Optional.of(value);
  }

  /** Returns a non-negative decimal number. */
  Optional<Long> number(String key) throws BadHeaderException {
    Optional<byte[]> value = get(key);
    return value.isEmpty() ? Optional.empty() : Optional.of(decimal(value.get(), key));
  }

  static long decimal(byte[] value, String key) throws BadHeaderException {
    String text = new String(value, StandardCharsets.ISO_8859_1);
    if (!text.matches("[0-9]{1,19}")) {
      throw new BadHeaderException("its pax record " + key + " is no number");
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new BadHeaderException("its pax record " + key + " is too large");
    }
  }

  /** Returns a time in nanoseconds: seconds with an optional sign and fraction. */
  Optional<Long> time(String key) throws BadHeaderException {
    Optional<byte[]> value = get(key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    String text = new String(value.get(), StandardCharsets.ISO_8859_1);
    if (!text.matches("-?[0-9]{1,11}(\\.[0-9]*)?")) {
      throw new BadHeaderException("its pax record " + key + " is no time");
    }
    boolean negative = text.startsWith("-");
    int point = text.indexOf('.');
    String whole = text.substring(negative ? 1 : 0, point < 0 ? text.length() : point);
    String fraction = point < 0 ? "" : text.substring(point + 1);
    fraction = (fraction + "000000000").substring(0, 9);
    long nanos = nanos(Long.parseLong(whole)) + Long.parseLong(fraction);
    return Optional.of(nanos < 0 ? 0 : negative ? -nanos : nanos);
  }

  /**
   * Returns seconds as nanoseconds. A time that 64 bits do not hold, outside the years 1677 to
   * 2262, becomes 1970: no file system keeps it either, and engines do the same.
   */
  static long nanos(long seconds) {
    long most = Long.MAX_VALUE / 1_000_000_000L - 1;
    return seconds > most || seconds < -most ? 0 : seconds * 1_000_000_000L;
  }
}
