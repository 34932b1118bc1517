/**
 * The Linux calls that Java lacks, through the foreign-function API: one class for each family, all
 * of them over the single downcall of {@link dev.lamina.linux.Syscalls}. Start with {@link
 * dev.lamina.linux.FileOpen} and {@link dev.lamina.linux.FileIo}. Names of files are bytes. A call
 * that fails throws {@link dev.lamina.linux.LinuxException}, which has no stack trace. The package
 * uses nothing else of Lamina and nothing outside the JDK.
 */
@NullMarked
package dev.lamina.linux;

import org.jspecify.annotations.NullMarked;
