package dev.lamina.linux;

/**
 * Device numbers as {@code makedev(3)} packs them in 64 bits: twelve and twenty bits of major and
 * of minor number in the order that lets small ones look as they did in 16 bits. The kernel's own
 * 32-bit form, which FUSE and mknod(2) use, holds majors below 4096 and minors below 1,048,576.
 */
public final class DeviceNumber {
  private DeviceNumber() {}

  /** Packs a major and a minor number, each any 32 bits. */
  public static long of(int major, int minor) {
    long high = Integer.toUnsignedLong(major);
    long low = Integer.toUnsignedLong(minor);
    return (low & 0xff) | (high & 0xfff) << 8 | (low & ~0xffL) << 12 | (high & ~0xfffL) << 32;
  }

  /** The major number. */
  public static int major(long device) {
    return (int) ((device >>> 8 & 0xfff) | (device >>> 32 & ~0xfffL));
  }

  /** The minor number. */
  public static int minor(long device) {
    return (int) ((device & 0xff) | (device >>> 12 & ~0xffL));
  }

  /**
   * The kernel's 32-bit form, which for such numbers is the lower half of the 64-bit one.
   *
   * @throws IllegalArgumentException if the major number needs more than 12 bits or the minor more
   *     than 20
   */
  public static int kernelForm(long device) {
    if (device >>> 32 != 0) {
      throw new IllegalArgumentException(
          "Linux has no device " + major(device) + ":" + Integer.toUnsignedString(minor(device)));
    }
    return (int) device;
  }
}
