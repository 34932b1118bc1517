/**
 * The few Linux calls that Java lacks, through the foreign function API. The only user of the
 * linker.
 */
@NullMarked
package dev.lamina.linux;

import org.jspecify.annotations.NullMarked;
